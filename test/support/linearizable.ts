import { isDeepStrictEqual } from 'node:util';

/** One operation of a history. Its times are only compared with each other. */
export interface Recorded<Op, Answer> {
  /** A client does one thing at a time; one that never heard an answer does nothing more. */
  readonly client: string;
  readonly op: Op;
  /** Undefined when none came: it may have happened, at any time since the call, or not at all. */
  readonly answer: Answer | undefined;
  readonly called: number;
  readonly returned: number;
}

/** What each operation does and may answer, one after the other. States that are alike have the same JSON. */
export interface Specification<State, Op, Answer> {
  readonly initial: State;
  step(state: State, op: Op): { readonly state: State; readonly answers: readonly Answer[] };
}

export interface Verdict<Op, Answer> {
  readonly linearizable: boolean;
  /** The longest order that explains the answers. */
  readonly order: readonly Recorded<Op, Answer>[];
  /** What could have come next when no order went further. */
  readonly stuckAt: readonly Recorded<Op, Answer>[];
}

interface Node<State> {
  /** How many operations of each client have been put in order. */
  readonly counts: readonly number[];
  readonly state: State;
  /** The client whose operation came last, and the way there. */
  readonly client: number;
  readonly before: Node<State> | undefined;
  readonly depth: number;
}

/**
 * Whether the operations can be put in one order that keeps what came before what, and in which each answer is one that
 * the specification allows: the search of Wing and Gong, which never enters the same place twice.
 */
export function checkHistory<State, Op, Answer>(
  history: readonly Recorded<Op, Answer>[],
  specification: Specification<State, Op, Answer>,
): Verdict<Op, Answer> {
  const clients = byClient(history);
  const root: Node<State> = {
    counts: clients.map(() => 0),
    state: specification.initial,
    client: -1,
    before: undefined,
    depth: 0,
  };
  const entered = new Set<string>();
  const open: Node<State>[] = [root];
  let deepest = root;

  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.depth > deepest.depth) deepest = node;
    if (isExplained(clients, node.counts))
      return { linearizable: true, order: orderTo(clients, node), stuckAt: [] };
    for (const client of mayComeNext(clients, node.counts).toReversed()) {
      const next = follow(clients, specification, node, client);
      if (next === undefined) continue;
      const place = `${next.counts.join()} ${JSON.stringify(next.state)}`;
      if (entered.has(place)) continue;
      entered.add(place);
      open.push(next);
    }
  }
  const { counts } = deepest;
  const stuckAt = mayComeNext(clients, counts).flatMap(
    (client) => clients[client]?.[counts[client] ?? 0] ?? [],
  );
  return { linearizable: false, order: orderTo(clients, deepest), stuckAt };
}

type Clients<Op, Answer> = readonly (readonly Recorded<Op, Answer>[])[];

function byClient<Op, Answer>(history: readonly Recorded<Op, Answer>[]): Clients<Op, Answer> {
  const clients = new Map<string, Recorded<Op, Answer>[]>();
  for (const one of history.toSorted((a, b) => a.called - b.called)) {
    const earlier = clients.get(one.client) ?? [];
    const last = earlier.at(-1);
    if (last !== undefined && (last.answer === undefined || last.returned > one.called)) {
      throw new Error(`Client ${one.client} does two things at once`);
    }
    clients.set(one.client, [...earlier, one]);
  }
  return [...clients.values()];
}

/** Those whose next operation was called before any other that is left had returned. */
function mayComeNext<Op, Answer>(clients: Clients<Op, Answer>, counts: readonly number[]): number[] {
  const next = clients.map((operations, client) => operations[counts[client] ?? 0]);
  const answered = next.filter((one) => one !== undefined).filter(({ answer }) => answer !== undefined);
  const firstReturn = Math.min(...answered.map(({ returned }) => returned));
  return next.flatMap((one, client) => (one !== undefined && one.called <= firstReturn ? [client] : []));
}

function follow<State, Op, Answer>(
  clients: Clients<Op, Answer>,
  specification: Specification<State, Op, Answer>,
  before: Node<State>,
  client: number,
): Node<State> | undefined {
  const one = clients[client]?.[before.counts[client] ?? 0];
  if (one === undefined) return undefined;
  const { state, answers } = specification.step(before.state, one.op);
  if (one.answer !== undefined && !answers.some((may) => isDeepStrictEqual(may, one.answer)))
    return undefined;
  const counts = before.counts.map((count, index) => (index === client ? count + 1 : count));
  return { counts, state, client, before, depth: before.depth + 1 };
}

/** Only operations without an answer are left, which need not have happened. */
function isExplained<Op, Answer>(clients: Clients<Op, Answer>, counts: readonly number[]): boolean {
  return clients.every((operations, client) => {
    const next = operations[counts[client] ?? 0];
    return next === undefined || next.answer === undefined;
  });
}

function orderTo<State, Op, Answer>(clients: Clients<Op, Answer>, last: Node<State>): Recorded<Op, Answer>[] {
  const order: Recorded<Op, Answer>[] = [];
  for (let node = last; node.before !== undefined; node = node.before) {
    const one = clients[node.client]?.[node.before.counts[node.client] ?? 0];
    if (one !== undefined) order.push(one);
  }
  return order.toReversed();
}
