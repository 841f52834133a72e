import type { KnownBlock } from '@slack/types';
import type { Promotion, Refusal } from '../deployments/gates.ts';
import type { Run } from '../deployments/run.ts';
import { ALL } from '../locks/lock.ts';
import { checksInTheWay } from './checks.ts';
import { whatIsLive, whatRuns } from './deployment.ts';
import { whatFreezes } from './freeze.ts';
import { awayLine, ownPlace, waysOut as lockWaysOut, whoHolds } from './lock.ts';
import { leaveLook, place as named } from './lock-words.ts';
import {
  type ButtonLook,
  buttons,
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  summaryText,
  time,
  type View,
} from './view.ts';

interface Refused {
  readonly environment: string;
  readonly service: string;
  readonly refusals: readonly Refusal[];
  readonly reference: string;
  /** What they typed behind the environment, so that a button can ask for the same with `--wait`. */
  readonly asked: string;
  /** The reason of a break-glass, which that button keeps. */
  readonly breakGlass?: string | undefined;
}

/** Everything that stands in the way of a deployment: what, who, since when, and what to do. */
export function deploymentRefused(refused: Refused): View {
  const { environment, service, refusals, reference } = refused;
  const lines = refusals.flatMap((refusal) => [
    mrkdwn`• ${inTheWay(refusal, environment)}`,
    ...(refusal.reason === 'locked' ? [lockWaysOut(refusal.lock, refusal.blocked)] : []),
  ]);
  const reasons = refusals.map(({ reason }) => mrkdwn`${code(reason)}`);
  return {
    text: summaryText(`Not deployed: ${service} on ${environment}`),
    blocks: [
      section(joined([mrkdwn`:no_entry: *Not deployed:* *${service}* on *${environment}*`, ...lines])),
      ...waysOut(refused),
      context(joined([...reasons, mrkdwn`reference ${reference}`], ' · ')),
    ],
  };
}

/** Buttons for what time or somebody else may open; nothing where waiting is of no use. */
function waysOut({ environment, refusals, asked, breakGlass }: Refused): KnownBlock[] {
  const waits = refusals.every(({ reason }) => reason === 'locked' || reason === 'deployment_running');
  if (!waits) return [];
  const need = breakGlass === undefined ? '' : ` --break-glass because ${breakGlass}`;
  const locked = refusals.find((refusal) => refusal.reason === 'locked');
  const own = locked && ownPlace(locked.blocked);
  const wait: ButtonLook =
    own === undefined
      ? { label: 'Wait', command: `deploy ${environment} ${asked} --wait${need}` }
      : leaveLook(own);
  if (locked === undefined || locked.lock.scope === ALL) return [buttons(wait)];
  const { scope, id } = locked.lock;
  const steal = `lock ${scope} --steal --lock ${id} because to deploy ${asked}`;
  return [buttons(wait, { label: 'Steal', command: steal, style: 'danger' })];
}

/** One sentence for one closed gate, with the way out. */
export function inTheWay(refusal: Refusal, environment: string): Mrkdwn {
  switch (refusal.reason) {
    case 'driver_unknown':
      return refusal.held === undefined
        ? mrkdwn`The record that tells whether Redis lost data cannot be read, so nothing is deployed. An operator has to look at it.`
        : mrkdwn`Redis has lost data (noticed ${time(refusal.held.since)}), so nobody can tell yet what runs on *${environment}*. ${refusal.held.says}`;
    case 'not_allowed':
      return mrkdwn`Only deployers of *${environment}* may deploy to it. ${code('/baton whoami')} tells your roles.`;
    case 'locked': {
      const { lock, blocked } = refusal;
      return joined(
        [mrkdwn`${whoHolds(lock, blocked.overdue ?? false)}.`, ...awayLine(lock, blocked.away)],
        ' ',
      );
    }
    case 'lock_ambiguous':
      return mrkdwn`A lock on *${named(refusal.scope)}* cannot be read, so it blocks. Admins are told; ${code('/lock')} shows which it is, and how they remove it.`;
    case 'deployment_running':
      if (refusal.next !== undefined) {
        const { person: who, since } = refusal.next;
        return mrkdwn`A deployment of ${person(who)} waits in the line since ${time(since)} and comes first. ${code('--wait')} puts yours behind it.`;
      }
      return refusal.lease === undefined
        ? mrkdwn`A deployment holds *${environment}*, but its record cannot be read, so it blocks.`
        : mrkdwn`${whatRuns(refusal.lease)}. ${whatToDoAbout(refusal.lease, environment)}, ${code('--wait')} puts yours behind it.`;
    case 'already_live':
      return mrkdwn`It is already live: ${whatIsLive(refusal.live)}.`;
    case 'frozen':
      return refusal.frozen === undefined
        ? mrkdwn`The freeze stored for *${environment}* cannot be read, so it counts as frozen. An admin has to look at it.`
        : mrkdwn`*${environment}* is ${whatFreezes(refusal.frozen)}.`;
    case 'ref_changed':
      return refusal.ref === 'gone'
        ? mrkdwn`The ref is no longer there. Deploy the sha itself if you still mean it.`
        : mrkdwn`The ref has moved since it was asked for. Look at the new commits, then ask again, or deploy the sha itself.`;
    case 'checks_failing':
    case 'checks_pending':
    case 'checks_unreadable':
      return checksInTheWay(refusal);
    case 'not_promoted':
      return notPromoted(refusal.promotion, environment);
    case 'approval_required': {
      const { needed, given } = refusal.approvals;
      return mrkdwn`It needs ${needed === 1 ? '1 approval' : `${needed} approvals`} by others, and has ${given.length}: approvers are asked in its message once all else is open.`;
    }
  }
}

function whatToDoAbout({ deployment, lost }: Run, environment: string): Mrkdwn {
  return lost === undefined
    ? mrkdwn`${code(`/deploy status ${environment}`)} shows how far it is`
    : mrkdwn`Look at the target: ${code(`/deploy resolve ${deployment} ran|failed|never`)} says what happened and frees it`;
}

function notPromoted({ from, live }: Promotion, environment: string): Mrkdwn {
  if (live === 'unreadable')
    return mrkdwn`What is live on *${from}* cannot be read, so nothing is promoted from there.`;
  if (live === undefined)
    return mrkdwn`*${environment}* takes only what is live on *${from}*, and nothing is live there yet.`;
  const failed = live.disturbed
    ? mrkdwn` A later deployment failed there, so deploy it there again first.`
    : mrkdwn``;
  return mrkdwn`*${environment}* takes only what is live on *${from}*: ${whatIsLive(live)}.${failed}`;
}
