import type { GateName, Refusal } from '../deployments/gates.ts';
import type { Explained, GateState } from '../deployments/why.ts';
import { whatIsDeployed } from './deployment.ts';
import { inTheWay } from './refusal.ts';
import {
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  named,
  person,
  section,
  shortened,
  summaryText,
  time,
  type View,
} from './view.ts';

/** Every gate in its order: open or closed, why, who can open it, and when it opens by itself. One message. */
export function whyView(explained: Explained): View {
  const { environment, service, gates } = explained;
  const closed = gates.filter(({ state }) => state === 'closed');
  const howMany = `${closed.length} of ${gates.length} gates ${closed.length === 1 ? 'is' : 'are'}`;
  const unclear = gates.some(({ state }) => state === 'unclear');
  const reasons = closed.flatMap(({ refusal }) => (refusal === undefined ? [] : [code(refusal.reason)]));
  return {
    text: summaryText(`${howMany} closed: ${service} on ${environment}`),
    blocks: [
      section(
        joined([
          mrkdwn`*${service}* to *${environment}*: ${whatItIsAbout(explained)}`,
          verdict(closed.length, unclear),
        ]),
      ),
      ...gates.map((gate) => section(gateLine(gate, explained))),
      context(joined([...reasons, mrkdwn`The gates are asked again when you deploy.`], ' · ')),
    ],
  };
}

function whatItIsAbout({ resolved }: Explained): Mrkdwn {
  if (!(resolved instanceof Error)) return whatIsDeployed(resolved);
  return mrkdwn`no commit is known. ${shortened(resolved.message, 300)}`;
}

function verdict(closed: number, unclear: boolean): Mrkdwn {
  if (closed === 0 && !unclear) return mrkdwn`Every gate is open to you.`;
  if (closed === 0) return mrkdwn`No gate is known to be closed to you.`;
  return closed === 1 ? mrkdwn`1 gate is closed to you.` : mrkdwn`${closed} gates are closed to you.`;
}

function gateLine({ name, state, refusal }: GateState, explained: Explained): Mrkdwn {
  if (state === 'unclear') return mrkdwn`:grey_question: *${name}*: nobody can tell without a commit.`;
  if (refusal === undefined) return mrkdwn`:white_check_mark: *${name}*: ${whyOpen(name, explained)}.`;
  const ways = whoOpens(refusal, explained);
  return joined([mrkdwn`:no_entry: *${name}*: ${inTheWay(refusal, explained.environment)}`, ...ways], ' ');
}

function whyOpen(name: GateName, { facts, rules, resolved, environment }: Explained): Mrkdwn {
  switch (name) {
    case 'store':
      return mrkdwn`nothing is missing from what Baton knows`;
    case 'role':
      return mrkdwn`you may deploy to ${environment}`;
    case 'lock':
      return mrkdwn`nobody else holds one`;
    case 'running':
      return mrkdwn`nothing runs`;
    case 'freeze':
      return mrkdwn`it is not frozen`;
    case 'ref':
      return resolved instanceof Error ? mrkdwn`unknown` : mrkdwn`it is ${code(resolved.sha.slice(0, 12))}`;
    case 'checks':
      return rules.checks === 'none' ? mrkdwn`none are asked for` : mrkdwn`they have passed`;
    case 'promotion':
      return rules.promote_from === undefined
        ? mrkdwn`it may come from anywhere`
        : mrkdwn`this sha is live on *${rules.promote_from}*`;
    case 'approval':
      return mrkdwn`none is asked for`;
    case 'already live':
      return facts.live === undefined
        ? mrkdwn`nothing is live yet`
        : mrkdwn`another sha is live, or half of one`;
  }
}

/** Who can open it, and when it opens by itself, as far as the refusal's own words do not tell. */
function whoOpens(refusal: Refusal, explained: Explained): Mrkdwn[] {
  const { environment, service, holders, awake, usualSeconds } = explained;
  switch (refusal.reason) {
    case 'driver_unknown':
      return [mrkdwn`Admins: ${named(holders.admin)}.`];
    case 'not_allowed':
      return [mrkdwn`Deployers: ${named(holders.deployer)}.`];
    case 'locked': {
      const { holder, scope } = refusal.lock;
      return [
        mrkdwn`${person(holder)} opens it with ${code(`/unlock ${scope}`)}; admins can by force: ${named(holders.admin)}.`,
        whenItEnds(refusal),
      ];
    }
    case 'lock_ambiguous':
      return [mrkdwn`Admins: ${named(holders.admin)}.`];
    case 'deployment_running':
      if (refusal.next !== undefined)
        return [
          mrkdwn`${person(refusal.next.person)} is before you; with ${code('--wait')} yours goes on after it.`,
        ];
      return refusal.lease === undefined
        ? [mrkdwn`Admins: ${named(holders.admin)}.`]
        : [
            ...(refusal.lease.lost === undefined
              ? estimate(refusal.lease.since, usualSeconds)
              : [mrkdwn`Deployers can: ${named(holders.deployer)}.`]),
            mrkdwn`${person(refusal.lease.requestedBy)} or an admin ends it with ${code(`/deploy cancel ${refusal.lease.deployment}`)}.`,
          ];
    case 'frozen':
      return [
        refusal.frozen?.source === 'configuration'
          ? mrkdwn`Admins can break the glass: ${named(holders.admin)}.`
          : mrkdwn`Admins can thaw it, or break the glass: ${named(holders.admin)}.`,
      ];
    case 'not_promoted':
      return [mrkdwn`${code(`/deploy ${refusal.promotion.from} ${service}`)} brings it there first.`];
    case 'approval_required':
      return [
        mrkdwn`Others who approve for *${environment}*: ${named(holders.approver)}.`,
        ...(awake.length === 0 ? [] : [mrkdwn`At work now: ${named(awake)}.`]),
      ];
    case 'checks_failing':
    case 'checks_pending':
    case 'checks_unreadable':
      return [mrkdwn`GitHub tells when they pass; an admin can break the glass: ${named(holders.admin)}.`];
    case 'ref_changed':
    case 'already_live':
      return [];
  }
}

function estimate(since: Date, usualSeconds: number | null): Mrkdwn[] {
  if (usualSeconds === null) return [mrkdwn`Nobody knows yet how long it takes there.`];
  const end = new Date(since.getTime() + usualSeconds * 1_000);
  return [mrkdwn`Going by the last ones it ends ${time(end)}.`];
}

function whenItEnds({ lock: { until }, blocked }: Extract<Refusal, { reason: 'locked' }>): Mrkdwn {
  if (blocked.overdue === true) return mrkdwn`It ends with the deployment that runs there.`;
  return until === null ? mrkdwn`It does not end by itself.` : mrkdwn`It ends by itself ${time(until)}.`;
}
