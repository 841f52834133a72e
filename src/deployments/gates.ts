import type { Frozen } from '../freezes/freeze.ts';
import type { Blocked, Lock, Place } from '../locks/lock.ts';
import type { ChecksRefusal } from './checks.ts';
import type { Live } from './deployment.ts';
import type { Held } from './quarantine.ts';
import type { Run } from './run.ts';

/** All that the gates look at. Reading is the caller's work; what could not be read closes its gate. */
export interface Facts {
  readonly sha: string;
  /** Nothing starts there until it is known what runs, since the store has lost something. */
  readonly held: Held | 'unreadable' | undefined;
  readonly mayDeploy: boolean;
  /** Somebody else's lock, if one is in the way; or the scope whose locks cannot be read: the environment, or `all`. */
  readonly lock: Lock | { readonly unreadable: string } | undefined;
  /** Those in the line for the service, for the words of a refusal. */
  readonly waiting: readonly Place[];
  /** The deployment that is next in the line for the service, for whoever would go before it. */
  readonly next: Place | undefined;
  /** Another deployment's lease on the same service. */
  readonly lease: Run | 'unreadable' | undefined;
  readonly frozen: Frozen | 'unreadable' | undefined;
  /** What became of the ref since it was pinned. */
  readonly ref: 'same' | 'moved' | 'gone' | 'unreadable';
  /** False where none are asked for. */
  readonly asksForChecks: boolean;
  /** What the checks of the commit have against it. */
  readonly checks: ChecksRefusal | undefined;
  /** The environment on which the sha must be live first, and what is; undefined where none is asked for. */
  readonly promotion: Promotion | undefined;
  /** Undefined where none are asked for. */
  readonly approvals: Approvals | undefined;
  readonly live: Live | undefined;
  /** What this deployment may pass. */
  readonly passes: Passes;
}

export interface Promotion {
  readonly from: string;
  readonly live: Live | 'unreadable' | undefined;
}

export interface Approvals {
  readonly needed: number;
  /** Slack ids of those whose approval counts. */
  readonly given: readonly string[];
}

/** An admin's break-glass, or a rollback, where the configuration lets it pass freezes. */
export interface Passes {
  readonly breakGlass: boolean;
  readonly rollback: boolean;
  readonly freeze: boolean;
}

export const PASSES_NOTHING: Passes = { breakGlass: false, rollback: false, freeze: false };

export type Refusal =
  | { readonly reason: 'driver_unknown'; readonly held: Held | undefined }
  | { readonly reason: 'not_allowed' }
  | { readonly reason: 'locked'; readonly lock: Lock; readonly blocked: Blocked }
  | { readonly reason: 'lock_ambiguous'; readonly scope: string }
  | { readonly reason: 'deployment_running'; readonly lease: Run | undefined; readonly next?: Place }
  | { readonly reason: 'frozen'; readonly frozen: Frozen | undefined }
  | { readonly reason: 'ref_changed'; readonly ref: 'moved' | 'gone' }
  | ChecksRefusal
  | { readonly reason: 'not_promoted'; readonly promotion: Promotion }
  | { readonly reason: 'approval_required'; readonly approvals: Approvals }
  | { readonly reason: 'already_live'; readonly live: Live };

/** One rule that can refuse: what it is called, and what it has against a deployment. */
export interface Gate {
  readonly name: GateName;
  readonly judge: (facts: Facts) => Refusal | undefined;
}

export type GateName =
  | 'store'
  | 'role'
  | 'lock'
  | 'running'
  | 'freeze'
  | 'ref'
  | 'checks'
  | 'promotion'
  | 'approval'
  | 'already live';

/** Every gate in the order in which they are told. */
export const GATES: readonly Gate[] = [
  { name: 'store', judge: judgeStore },
  { name: 'role', judge: judgeRole },
  { name: 'lock', judge: judgeLock },
  { name: 'running', judge: judgeLease },
  { name: 'freeze', judge: judgeFreeze },
  { name: 'ref', judge: judgeRef },
  { name: 'checks', judge: ({ checks, passes }) => (earnsTrust(passes) ? undefined : checks) },
  { name: 'promotion', judge: judgePromotion },
  { name: 'approval', judge: judgeApprovals },
  { name: 'already live', judge: judgeLive },
];

/** Every gate that refuses, in their order; none means that the deployment may start. */
export function judge(facts: Facts): readonly Refusal[] {
  return GATES.flatMap((gate) => gate.judge(facts) ?? []);
}

export type GateState = 'open' | 'passed' | 'not_asked';

/** How each gate stood for a deployment that none refused: `passed` had something against it that did not count. */
export function openGates(facts: Facts): Record<string, GateState> {
  const asIfPlain = { ...facts, passes: PASSES_NOTHING };
  const stateOf = ({ name, judge: refuses }: Gate): GateState => {
    if (name === 'checks' && !facts.asksForChecks) return 'not_asked';
    if (name === 'promotion' && facts.promotion === undefined) return 'not_asked';
    if (name === 'approval' && facts.approvals === undefined) return 'not_asked';
    return refuses(asIfPlain) === undefined ? 'open' : 'passed';
  };
  return Object.fromEntries(GATES.map((gate) => [gate.name, stateOf(gate)]));
}

function judgeStore({ held }: Facts): Refusal | undefined {
  if (held === undefined) return undefined;
  return { reason: 'driver_unknown', held: held === 'unreadable' ? undefined : held };
}

/** Break-glass is the admins', deployers or not. */
function judgeRole({ mayDeploy, passes }: Facts): Refusal | undefined {
  return mayDeploy || passes.breakGlass ? undefined : { reason: 'not_allowed' };
}

function judgeLock({ lock, waiting }: Facts): Refusal | undefined {
  if (lock === undefined) return undefined;
  return 'unreadable' in lock
    ? { reason: 'lock_ambiguous', scope: lock.unreadable }
    : { reason: 'locked', lock, blocked: { waiting } };
}

function judgeLease({ lease, next }: Facts): Refusal | undefined {
  if (lease === undefined) return next && { reason: 'deployment_running', lease, next };
  return { reason: 'deployment_running', lease: lease === 'unreadable' ? undefined : lease };
}

function judgeFreeze({ frozen, passes }: Facts): Refusal | undefined {
  if (frozen === undefined || passes.breakGlass || passes.freeze) return undefined;
  return { reason: 'frozen', frozen: frozen === 'unreadable' ? undefined : frozen };
}

function judgeRef({ ref }: Facts): Refusal | undefined {
  if (ref === 'same') return undefined;
  return ref === 'unreadable' ? { reason: 'checks_unreadable' } : { reason: 'ref_changed', ref };
}

function judgePromotion({ promotion, sha, passes }: Facts): Refusal | undefined {
  if (promotion === undefined || earnsTrust(passes)) return undefined;
  const { live } = promotion;
  const isLive = live !== undefined && live !== 'unreadable' && live.sha === sha && !live.disturbed;
  return isLive ? undefined : { reason: 'not_promoted', promotion };
}

function judgeApprovals({ approvals }: Facts): Refusal | undefined {
  if (approvals === undefined || approvals.given.length >= approvals.needed) return undefined;
  return { reason: 'approval_required', approvals };
}

function judgeLive({ live, sha }: Facts): Refusal | undefined {
  return live === undefined || live.sha !== sha || live.disturbed
    ? undefined
    : { reason: 'already_live', live };
}

/** A rollback goes to what was checked and promoted before it succeeded there; break-glass answers for itself. */
function earnsTrust({ breakGlass, rollback }: Passes): boolean {
  return breakGlass || rollback;
}
