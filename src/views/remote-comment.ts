import { nextStep, type ReasonCode } from '../reason-codes.ts';
import type { RemoteDeploy, Stop } from '../remote-deploys/remote-deploy.ts';
import { address, codeSpan, lines, type Markdown, markdown, utc, webLink, worded } from './markdown.ts';

export interface Shown {
  /** The label that asks for a remote deploy. */
  readonly label: string;
  /** Whether its time is over soon, so that people are asked. */
  readonly endsSoon: boolean;
}

/** What the one comment on a pull request says of its own environment. */
export function remoteComment(remote: RemoteDeploy, shown: Shown): Markdown {
  const { environment, service } = remote;
  const title = markdown`**Remote deploy of ${codeSpan(service)}** (${codeSpan(environment)})`;
  return lines([title, markdown``, ...story(remote, shown)]);
}

function story(remote: RemoteDeploy, shown: Shown): Markdown[] {
  const { state, why, logUrl } = remote;
  const log = logUrl === null ? [] : [markdown`- ${webLink(logUrl, 'Log')}`];
  switch (state) {
    case 'queued':
      return [
        markdown`**Queued** ${at(remote.head)}${why === '' ? markdown`.` : markdown`: ${worded(why)}`}`,
        ...(remote.reason === 'locked' ? next(remote, shown) : []),
        ...stillThere(remote),
      ];
    case 'deploying':
      if (remote.stop !== null) {
        return [
          markdown`**Being torn down**${because(remote.stop)}.`,
          ...note(why),
          ...log,
          ...stillThere(remote),
        ];
      }
      return [markdown`**Deploying** ${at(remote.deployedSha)}. ${worded(why)}`, ...live(remote), ...log];
    case 'live':
      return [...live(remote), ...log, ...note(why), ...ending(remote, shown)];
    case 'failed':
      return [
        markdown`**Failed** ${at(remote.deployedSha)}: ${worded(why)}`,
        ...log,
        ...next(remote, shown),
        ...stillThere(remote),
      ];
    case 'refused':
      return [markdown`**Not deployed**: ${worded(why)}`, ...next(remote, shown)];
    case 'down':
      return [over(remote.stop, shown)];
  }
}

function at(sha: string | null): Markdown {
  return sha === null || sha === '' ? markdown`` : codeSpan(sha.slice(0, 7));
}

function live({ live: up }: RemoteDeploy): Markdown[] {
  if (up === null) return [];
  const where = up.url === null ? markdown`` : markdown` at ${address(up.url)}`;
  return [markdown`**Live**${where}`, markdown`- ${at(up.sha)} since ${utc(up.since)}`];
}

/** Without the empty line it would belong to the last item of the list. */
function stillThere(remote: RemoteDeploy): Markdown[] {
  return remote.live === null ? [] : [markdown``, ...live(remote)];
}

function note(why: string): Markdown[] {
  return why === '' ? [] : [markdown`- ${worded(why)}`];
}

function ending({ expiresAt, service, number }: RemoteDeploy, { endsSoon, label }: Shown): Markdown[] {
  if (expiresAt === null) return [];
  if (!endsSoon)
    return [markdown`- It is torn down ${utc(expiresAt)}, or when ${codeSpan(label)} comes off.`];
  const keep = codeSpan(`/remote ${service}#${number} up`);
  return [
    markdown``,
    markdown`**Is it still needed?** It is torn down ${utc(expiresAt)}. To keep it, type ${keep} in Slack, push, or put the label on anew.`,
  ];
}

function next(remote: RemoteDeploy, { label }: Shown): Markdown[] {
  const { reason, teardown, environment } = remote;
  if (reason === null) return [];
  const id = teardown?.deployment ?? remote.deployment ?? 'ID';
  return [
    markdown`- ${worded(TO_DO[reason] ?? nextStep(reason, { environment, id }))} (${codeSpan(reason)})`,
    ...(teardown === null ? again(reason, label) : downAgain(remote, teardown)),
  ];
}

/** A teardown that failed is tried again by itself, a few times. */
function downAgain({ service, number }: RemoteDeploy, { againAt }: { againAt: Date | null }): Markdown[] {
  const now = codeSpan(`/remote ${service}#${number} down`);
  return againAt === null
    ? [markdown`- ${now} in Slack tries once more.`]
    : [markdown`- It is tried again ${utc(againAt)}; ${now} in Slack tries at once.`];
}

/** Where the words for Slack do not fit a pull request. */
const TO_DO: Partial<Record<ReasonCode, string>> = {
  driver_failed: 'Read the log and mend the cause.',
  locked: '“/lock” in Slack shows who holds it and since when. It is looked at again every minute.',
  not_allowed: 'Somebody who may write to the repository can take the label off and put it on again.',
};

function again(reason: ReasonCode, label: string): Markdown[] {
  const mayPush = reason === 'driver_failed' || reason === 'cancelled';
  return mayPush
    ? [markdown`- Push a commit, or take ${codeSpan(label)} off and put it on again, to try anew.`]
    : [];
}

const ENDED = {
  unlabelled: 'the label came off',
  closed: 'the pull request was closed',
  merged: 'the pull request was merged',
  draft: 'the pull request became a draft',
  expired: 'its time was over',
  command: 'somebody asked for it in Slack',
  refused: 'it is no longer allowed',
} as const satisfies Record<Stop['why'], string>;

function over(stop: Stop | null, { label }: Shown): Markdown {
  const back =
    stop?.why === 'merged' || stop?.why === 'closed'
      ? markdown``
      : markdown` ${codeSpan(label)} brings it back.`;
  return markdown`**Torn down**${because(stop)}.${back}`;
}

function because(stop: Stop | null): Markdown {
  return stop === null ? markdown`` : markdown`, because ${ENDED[stop.why]}`;
}
