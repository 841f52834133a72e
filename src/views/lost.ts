import type { KnownBlock } from '@slack/types';
import type { Deployment, Verdict } from '../deployments/deployment.ts';
import {
  buttons,
  code,
  context,
  group,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  smallPrint,
  summaryText,
  time,
  type View,
} from './view.ts';

const MOST_NAMED = 10;

/** For the thread: nobody can tell how a run ended, and who is asked to look. */
export function lostNews(
  deployment: Deployment,
  { deployers, needed }: { readonly deployers: readonly string[]; readonly needed: number },
): View {
  const { id, environment, service, requestedBy } = deployment;
  const named = [...new Set([requestedBy, ...deployers])].slice(0, MOST_NAMED).map(group);
  const lines = [
    mrkdwn`:warning: Nobody can tell how the deployment of *${service}* to *${environment}* ended (${code(id)}).`,
    mrkdwn`${joined(named, ' ')}: please look at the target, and say here what happened. ${howMany(needed)} Until then *${service}* stays blocked there.`,
  ];
  return {
    text: summaryText(`Nobody can tell how ${service} on ${environment} ended`),
    blocks: [section(joined(lines)), verdictButtons(deployment)],
  };
}

function howMany(needed: number): string {
  return needed > 1 ? `${needed} people must say the same.` : 'The word of one of you counts.';
}

/** For whoever asked for a deployment of whose start nothing was heard. */
export function silentFor({ id, environment, service, startedAt }: Deployment): View {
  const since = startedAt === null ? mrkdwn`` : mrkdwn` since ${time(startedAt)}`;
  const lines = [
    mrkdwn`:hourglass: Your deployment of *${service}* to *${environment}* was handed to its target, and nothing has been heard of it${since}.`,
    mrkdwn`Please look whether it runs there. ${code(`/deploy cancel ${id}`)} asks the target to end it.`,
  ];
  return {
    text: summaryText(`Nothing heard of ${service} on ${environment}`),
    blocks: [section(joined(lines)), context(mrkdwn`${code(id)}`)],
  };
}

/** What people can say of a run of which Baton cannot tell. */
export function verdictButtons({ id }: Pick<Deployment, 'id'>): KnownBlock {
  return buttons(
    { label: 'It ran', command: `deploy resolve ${id} ran` },
    { label: 'It failed', command: `deploy resolve ${id} failed` },
    { label: 'It never started', command: `deploy resolve ${id} never` },
  );
}

/** Who has said what of it; that they disagree is said too. */
export function verdictLines({ verdicts, runOver }: Deployment): Mrkdwn[] {
  if (verdicts.length === 0) return [];
  const said = verdicts.map(({ by, how }) => mrkdwn`${person(by)} says that it ${SAID[how]}`);
  const differ = new Set(verdicts.map(({ how }) => how)).size > 1;
  if (runOver) return [mrkdwn`${joined(said, '; ')}.`];
  const next = differ
    ? 'They do not agree: somebody who has looked has to say the same as one of them.'
    : 'Somebody else has to say the same.';
  return [mrkdwn`${joined(said, '; ')}. ${next}`];
}

export const SAID = {
  ran: 'ran',
  failed: 'failed',
  never: 'never started',
} as const satisfies Record<Verdict, string>;

/** For admins: a deployment cannot be taken further, since something stored cannot be read. */
export function deploymentUnreadable(
  { id, key }: { readonly id: string; readonly key: string },
  reference: string,
): View {
  const lines = [
    mrkdwn`:warning: What is stored at ${code(key)} cannot be read, so deployment ${code(id)} blocks, and it was left as it is.`,
    mrkdwn`An admin puts it right in Redis; within a minute the deployment then goes on by itself.`,
  ];
  return {
    text: summaryText(`What is stored for ${id} cannot be read`),
    blocks: [section(joined(lines)), smallPrint('driver_unknown', reference)],
  };
}
