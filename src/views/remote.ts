import type { RemoteDeploy, RemoteState } from '../remote-deploys/remote-deploy.ts';
import {
  code,
  context,
  joined,
  link,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  sections,
  summaryText,
  time,
  type View,
  worded,
} from './view.ts';

const LOOK = {
  refused: { icon: ':no_entry_sign:', words: 'is not deployed' },
  queued: { icon: ':hourglass:', words: 'is queued' },
  deploying: { icon: ':rocket:', words: 'is being deployed' },
  live: { icon: ':white_check_mark:', words: 'is live' },
  failed: { icon: ':x:', words: 'failed' },
  down: { icon: ':white_circle:', words: 'is not up' },
} as const satisfies Record<RemoteState, { icon: string; words: string }>;

const STOPPED = { icon: ':wastebasket:', words: 'is being torn down' };

/** How far a pull request's own environment is. */
export function remoteStatus(remote: RemoteDeploy): View {
  const { state, why, reason, wish, logUrl } = remote;
  const { icon, words } = state === 'deploying' && remote.stop !== null ? STOPPED : LOOK[state];
  const lines = [
    mrkdwn`${{ mrkdwn: icon }} ${nameIn(remote)} ${words}`,
    ...(why === '' ? [] : [worded(why)]),
    ...liveLines(remote),
    ...(logUrl === null || state === 'down' ? [] : [link(logUrl, 'Log')]),
    ...(wish === null || state === 'down' ? [] : [mrkdwn`Asked for by ${person(wish.by)} ${time(wish.at)}`]),
    ...ending(remote),
  ];
  return {
    text: summaryText(`${remote.service}#${remote.number} ${words}`),
    blocks: [section(joined(lines)), ...(reason === null ? [] : [context(mrkdwn`${code(reason)}`)])],
  };
}

/** When it goes by itself, or when a teardown that failed is tried again. */
function ending({ expiresAt, stop, teardown }: RemoteDeploy): Mrkdwn[] {
  if (teardown?.againAt != null) return [mrkdwn`The teardown is tried again ${time(teardown.againAt)}`];
  return expiresAt === null || stop !== null ? [] : [mrkdwn`It is torn down by itself ${time(expiresAt)}`];
}

function liveLines({ live }: RemoteDeploy): Mrkdwn[] {
  if (live === null) return [];
  const where = live.url === null ? mrkdwn`` : mrkdwn` ${link(live.url, live.url)}`;
  return [mrkdwn`${code(live.sha.slice(0, 7))} since ${time(live.since)}${where}`];
}

/** The wish is on the record, and a worker takes it from there. */
export function remoteAsked(
  remote: Pick<RemoteDeploy, 'service' | 'number' | 'environment'>,
  verb: 'up' | 'down',
  more: string,
): View {
  const words = verb === 'up' ? 'is being brought up' : 'is being torn down';
  const line = mrkdwn`${{ mrkdwn: verb === 'up' ? ':rocket:' : ':wastebasket:' }} ${nameIn(remote)} ${words}. The comment on the pull request says how far it is.`;
  const text = summaryText(`${remote.service}#${remote.number} ${words}`);
  return { text, blocks: [section(joined([line, ...(more === '' ? [] : [worded(more)])]))] };
}

/** For operators: these are up, and the configuration has nothing for them any more. */
export function remotesForgotten(
  remotes: readonly Pick<RemoteDeploy, 'repository' | 'number' | 'service' | 'environment'>[],
): View {
  const text = `${remotes.length} remote ${remotes.length === 1 ? 'deploy is' : 'deploys are'} left behind`;
  const lines = [
    mrkdwn`:warning: *${text}:* ${code('remote_deploys')} in baton.yml has nothing for them any more, so they are neither updated nor torn down.`,
    mrkdwn`Put it back, type ${code('/remote SERVICE#PR down')} for each, and take it out again when they are gone:`,
    ...remotes.map((one) => mrkdwn`• ${nameIn(one)} (${one.repository}#${one.number})`),
  ];
  return { text: summaryText(text), blocks: sections(lines) };
}

/** There is nothing that could be torn down, or told of. */
export function remoteNone(service: string, number: number): View {
  const line = mrkdwn`*${service}* of pull request #${number} has no environment of its own. ${code(`/remote ${service}#${number} up`)} brings it up.`;
  return { text: summaryText(`${service}#${number} is not up`), blocks: [section(line)] };
}

function nameIn({
  service,
  number,
  environment,
}: Pick<RemoteDeploy, 'service' | 'number' | 'environment'>): Mrkdwn {
  return mrkdwn`*${service}* of pull request #${number} on *${environment}*`;
}
