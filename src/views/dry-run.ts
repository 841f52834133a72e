import type { Deployment, Live } from '../deployments/deployment.ts';
import type { Compared } from '../github/compare.ts';
import { whatItBrings } from './compare.ts';
import type { Refusal } from '../deployments/gates.ts';
import { LOOK, whatIsDeployed, whatIsLive } from './deployment.ts';
import type { Warning } from '../locks/lock.ts';
import { warningLine } from './lock-list.ts';
import { inTheWay } from './refusal.ts';
import {
  buttons,
  channelLink,
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  section,
  summaryText,
  type View,
} from './view.ts';

interface DryRun {
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly resolved: Pick<Deployment, 'ref' | 'sha' | 'title'>;
  readonly live: Live | undefined;
  readonly refusals: readonly Refusal[];
  /** What people warn about there. */
  readonly warnings: readonly Warning[];
  /** The commits between what is live and this; undefined where nobody can tell. */
  readonly brings: Compared | undefined;
}

/** What a deployment would do and what stands in its way now. */
export function dryRun({
  environment,
  service,
  repository,
  resolved,
  live,
  refusals,
  warnings,
  brings,
}: DryRun): View {
  const reasons = refusals.map(({ reason }) => code(reason));
  const now = live === undefined ? mrkdwn`nothing, as far as Baton knows` : whatIsLive(live);
  const lines = [
    mrkdwn`*Dry run:* nothing was changed. It would deploy *${service}* to *${environment}*:`,
    mrkdwn`${code(repository)}: ${whatIsDeployed(resolved)}`,
    mrkdwn`Live there now: ${now}`,
    ...(brings === undefined ? [] : [whatItBrings(brings)]),
    outcome(refusals),
    ...refusals.map((refusal) => mrkdwn`• ${inTheWay(refusal, environment)}`),
    ...warnings.map(warningLine),
  ];
  return {
    text: summaryText(`Dry run: ${service} to ${environment}`),
    blocks: [
      section(joined(lines)),
      context(joined([...reasons, mrkdwn`The gates are asked again when you deploy.`], ' · ')),
    ],
  };
}

/** Missing approvals alone refuse nothing: it is asked for, and waits for them. */
function outcome(refusals: readonly Refusal[]): Mrkdwn {
  if (refusals.length === 0) return mrkdwn`:white_check_mark: Nothing stands in the way.`;
  return refusals.every(({ reason }) => reason === 'approval_required')
    ? mrkdwn`:raised_hand: It would wait for approvals:`
    : mrkdwn`:no_entry: It would be refused:`;
}

/** Tells the person who asked where the deployment's message is. */
export function toldElsewhere({ id, service, environment, channel, state }: Deployment): View {
  const { words } = LOOK[state];
  const line = mrkdwn`*${service}* on *${environment}* ${words} as ${code(id)}. Follow it in ${channelLink(channel)}.`;
  return { text: summaryText(`${service} on ${environment} ${words}`), blocks: [section(line)] };
}

/** For whoever asks with `--wait` for what they have waiting: the place that is theirs. */
export function waitsAlready({ id, service, environment, sha }: Deployment, ahead?: number): View {
  const where = ahead === undefined ? 'in the line' : `number ${ahead + 1} in the line`;
  const line = mrkdwn`:hourglass: *${service}* on *${environment}* at ${code(sha.slice(0, 7))} waits for you already, ${where} as ${code(id)}; nothing was added.`;
  return {
    text: summaryText(`You wait for ${service} on ${environment} already`),
    blocks: [section(line), buttons({ label: 'Cancel', command: `deploy cancel ${id}` })],
  };
}
