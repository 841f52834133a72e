import { answer, event, type Rule } from './change.ts';
import { BATON, lockIdFor, type Warning } from './lock.ts';
import { settled } from './settle.ts';

export interface HoldBack {
  /** `staging/api`. */
  readonly scope: string;
  /** The rollback, and who asked for it. */
  readonly deployment: string;
  readonly person: string;
  /** What it went back to, and what it left. */
  readonly good: string;
  readonly bad: string;
  /** Where the rollback is told of. */
  readonly channel: string;
}

/** Leaves Baton's own warning after a rollback, in place of its earlier one; any deployer may take it away. */
export function holdBack({ scope, deployment, person, good, bad, channel }: HoldBack): Rule {
  return settled((board, { now }) => {
    const [wrong, right] = [bad.slice(0, 12), good.slice(0, 12)];
    const warning: Warning = {
      id: lockIdFor(scope, deployment),
      scope,
      by: BATON,
      reason: `It was rolled back from ${wrong} to ${right}. Nothing deploys ${wrong} there by itself until a deployer types /unlock ${scope}`,
      since: now,
      until: null,
      heldBack: { good, bad },
    };
    const others = board.warnings.filter((other) => other.scope !== scope || other.by !== BATON);
    const told = {
      id: `warned-${warning.id}`,
      kind: 'warned',
      at: now,
      actor: BATON,
      scope,
      warning,
      other: person,
      channel,
    } as const;
    return {
      board: { ...board, warnings: [...others, warning] },
      events: [event({ ...told, reason: warning.reason })],
      answer: answer('warned', { warnings: [warning] }),
    };
  });
}
