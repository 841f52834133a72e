import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { WantedRef } from '../github/ref-text.ts';
import { type Resolved, resolveRef } from '../github/refs.ts';
import { isSamePerson } from '../people/accounts.ts';
import { awakeHolders } from '../people/awake.ts';
import { listHolders } from '../people/roles.ts';
import { readFacts } from './facts.ts';
import { type Facts, type GateName, GATES, type Refusal } from './gates.ts';
import { type Caller, withHelp } from './order.ts';
import { newDeployment } from './request.ts';
import { findUsualSeconds } from './usual.ts';

export interface Wanted {
  readonly rules: Environment;
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly ref: WantedRef;
}

/** How one gate stands; `unclear` where the ref could not be resolved. */
export interface GateState {
  readonly name: GateName;
  readonly state: 'open' | 'closed' | 'unclear';
  readonly refusal: Refusal | undefined;
}

/** How every gate stands, and who can open what is closed. */
export interface Explained extends Omit<Wanted, 'ref'> {
  readonly gates: readonly GateState[];
  readonly facts: Facts;
  /** The commit that it is about, or why there is none. */
  readonly resolved: Resolved | UserError;
  /** Slack user and usergroup ids; approvers are others than who asks. */
  readonly holders: Readonly<Record<'deployer' | 'approver' | 'admin', readonly string[]>>;
  /** Approvers who are at work now. */
  readonly awake: readonly string[];
  /** How long a deployment usually takes there; null where nobody knows yet. */
  readonly usualSeconds: number | null;
}

/** Looks at every gate for the person, in their order, and changes nothing. */
export async function explainGates(ctx: Context, caller: Caller, wanted: Wanted): Promise<Explained> {
  const { rules, environment, service, repository, ref } = wanted;
  const resolved = await resolveOrNot(ctx, repository, ref);
  const unclear = resolved instanceof UserError;
  const candidate = newDeployment(
    ctx,
    '',
    { ...wanted, ...caller, command: '', wait: false, resolved: unclear ? NO_COMMIT : resolved },
    rules,
  );
  const known = { ...candidate, refKind: 'sha' as const, judgedAt: unclear ? ctx.now() : null };
  const [facts, awake, usualSeconds] = await Promise.all([
    readFacts(ctx, rules, known, caller.actor),
    rules.approvals === 0 ? [] : awakeHolders(ctx, 'approver', rules, caller.actor.id),
    findUsualSeconds(ctx.redis, { environment, service }),
  ]);
  const gates = await Promise.all(
    GATES.map(async ({ name, judge }): Promise<GateState> => {
      if (unclear && NEEDS_COMMIT.has(name)) return { name, state: 'unclear', refusal: undefined };
      const judged = judge(facts);
      const refusal = judged && (await withHelp(ctx, judged, caller));
      return { name, state: refusal === undefined ? 'open' : 'closed', refusal };
    }),
  );
  const holders = (role: 'deployer' | 'approver' | 'admin') => listHolders(role, ctx.config, rules);
  const approvers = holders('approver').filter((id) => !isSamePerson(ctx.config, id, caller.actor.id));
  return {
    rules,
    environment,
    service,
    repository,
    gates,
    facts,
    resolved,
    holders: { deployer: holders('deployer'), approver: approvers, admin: holders('admin') },
    awake,
    usualSeconds,
  };
}

/** Cannot be judged without a commit. */
const NEEDS_COMMIT: ReadonlySet<GateName> = new Set<GateName>(['ref', 'checks', 'promotion', 'already live']);
const NO_COMMIT: Resolved = { sha: '', ref: '', kind: 'sha', title: '' };

async function resolveOrNot(ctx: Context, repository: string, ref: WantedRef): Promise<Resolved | UserError> {
  try {
    return await resolveRef(ctx.github, repository, ref);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
