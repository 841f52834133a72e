import type { Refusal } from '../deployments/gates.ts';
import { whatIsLive, whatRuns } from './deployment.ts';
import {
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
}

/** Everything that stands in the way of a deployment: what, who, since when, and what to do. */
export function deploymentRefused({ environment, service, refusals, reference }: Refused): View {
  const lines = refusals.map((refusal) => mrkdwn`• ${inTheWay(refusal, environment)}`);
  const reasons = refusals.map(({ reason }) => mrkdwn`${code(reason)}`);
  return {
    text: summaryText(`Not deployed: ${service} on ${environment}`),
    blocks: [
      section(joined([mrkdwn`:no_entry: *Not deployed:* *${service}* on *${environment}*`, ...lines])),
      context(joined([...reasons, mrkdwn`reference ${reference}`], ' · ')),
    ],
  };
}

/** One sentence for one closed gate, with the way out. */
export function inTheWay(refusal: Refusal, environment: string): Mrkdwn {
  switch (refusal.reason) {
    case 'not_allowed':
      return mrkdwn`Only deployers of *${environment}* may deploy to it. ${code('/baton whoami')} tells your roles.`;
    case 'locked': {
      const { holder, since, until, reason, scope } = refusal.lock;
      const why = reason === '' ? mrkdwn`` : mrkdwn` because “${reason}”`;
      const end = until === null ? mrkdwn`` : mrkdwn`, until ${time(until)}`;
      return mrkdwn`${person(holder)} locked *${scope}* ${time(since)}${end}${why}. Ask for ${code(`/unlock ${scope}`)}.`;
    }
    case 'lock_ambiguous':
      return mrkdwn`A lock on *${environment}* cannot be read, so it blocks. An admin has to look at it.`;
    case 'deployment_running':
      return refusal.lease === undefined
        ? mrkdwn`A deployment holds *${environment}*, but its record cannot be read, so it blocks.`
        : mrkdwn`${whatRuns(refusal.lease)}. ${code(`/deploy status ${environment}`)} shows how far it is.`;
    case 'already_live':
      return mrkdwn`It is already live: ${whatIsLive(refusal.live)}.`;
    case 'frozen':
    case 'not_promoted':
    case 'approval_required':
      return mrkdwn`*${environment}* has ${code(refusal.asks)}, which this version cannot judge yet, so it deploys nothing there.`;
  }
}
