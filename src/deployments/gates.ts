import type { Blocked, Lock, Place } from '../locks/lock.ts';
import type { ReasonCode } from '../reason-codes.ts';
import type { Live } from './deployment.ts';
import type { Lease } from './lease.ts';

/** All that the gates look at. Reading is the caller's work; what could not be read closes its gate. */
export interface Facts {
  readonly sha: string;
  readonly mayDeploy: boolean;
  /** Somebody else's lock, if one is in the way. */
  readonly lock: Lock | 'unreadable' | undefined;
  /** Those in the line for the service, for the words of a refusal. */
  readonly waiting: readonly Place[];
  /** The deployment that is next in the line for the service, for whoever would go before it. */
  readonly next: Place | undefined;
  /** Another deployment's lease on the same service. */
  readonly lease: Lease | 'unreadable' | undefined;
  readonly live: Live | undefined;
  /** Rules that the configuration asks for and that this version cannot judge yet: they stay closed. */
  readonly unjudged: readonly Unjudged[];
}

export interface Unjudged {
  readonly reason: Extract<ReasonCode, 'approval_required' | 'not_promoted' | 'frozen'>;
  readonly asks: string;
}

export type Refusal =
  | { readonly reason: 'not_allowed' }
  | { readonly reason: 'locked'; readonly lock: Lock; readonly blocked: Blocked }
  | { readonly reason: 'lock_ambiguous' }
  | { readonly reason: 'deployment_running'; readonly lease: Lease | undefined; readonly next?: Place }
  | { readonly reason: 'already_live'; readonly live: Live }
  | Unjudged;

/** Every gate that refuses, in the order in which they are told; none means that the deployment may start. */
export function judge(facts: Facts): readonly Refusal[] {
  const refusals: Refusal[] = [];
  if (!facts.mayDeploy) refusals.push({ reason: 'not_allowed' });
  if (facts.lock === 'unreadable') refusals.push({ reason: 'lock_ambiguous' });
  else if (facts.lock !== undefined)
    refusals.push({ reason: 'locked', lock: facts.lock, blocked: { waiting: facts.waiting } });
  if (facts.lease === 'unreadable') refusals.push({ reason: 'deployment_running', lease: undefined });
  else if (facts.lease !== undefined) refusals.push({ reason: 'deployment_running', lease: facts.lease });
  else if (facts.next !== undefined)
    refusals.push({ reason: 'deployment_running', lease: undefined, next: facts.next });
  refusals.push(...facts.unjudged);
  if (facts.live?.sha === facts.sha && !facts.live.disturbed)
    refusals.push({ reason: 'already_live', live: facts.live });
  return refusals;
}
