import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkHistory, type Recorded, type Specification } from '../support/linearizable.ts';
import { lockSpecification } from '../support/lock-specification.ts';
import { about, type LockAnswer, type LockOp, type LockState } from '../support/lock-state.ts';

const NAME = (scope: string, command: string) => `${scope}-${command}`;
const SPECIFICATION = lockSpecification(NAME);
const LENGTH = 1_000;
const CLIENTS = 5;

type History = Recorded<LockOp, LockAnswer>[];
type Fault = 'none' | 'double grant, kept' | 'double grant, forgotten' | 'lost release';

it('accepts a thousand operations that overlap, with answers that never came', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const chance = chancesOf(seed);
      const { history } = simulate(chance, 'none');

      expect(checkHistory(forget(history, chance), SPECIFICATION)).toMatchObject({ linearizable: true });
    }),
    { numRuns: 15 },
  );
});

it.each<Fault>(['double grant, kept', 'double grant, forgotten', 'lost release'])(
  'catches one %s among a thousand operations, and where',
  (fault) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const chance = chancesOf(seed);
        const { history, at } = simulate(chance, fault);

        const { linearizable, order } = checkHistory(history, SPECIFICATION);

        expect(at).toBeGreaterThanOrEqual(LENGTH / 2);
        expect(linearizable).toBe(false);
        expect(order.length).toBeGreaterThan(at - CLIENTS);
      }),
      { numRuns: 15 },
    );
  },
);

it('judges small histories as trying every order does', () => {
  const one = fc.record({
    client: fc.nat({ max: 2 }),
    op: fc.constantFrom('1', '2', 'read'),
    answer: fc.constantFrom('1', '2', '', undefined),
    lasts: fc.nat({ max: 6 }),
  });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), (drawn) => {
      const history = sequential(drawn);

      const { linearizable } = checkHistory(history, REGISTER);

      accepted += linearizable ? 1 : 0;
      expect(linearizable).toBe(permutations(history).some((order) => explains(history, order)));
    }),
    { numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

/** Takes effect one after the other in some order, is called before, and answered after. */
function simulate(chance: Chance, fault: Fault): { history: History; at: number } {
  let { initial: state } = SPECIFICATION;
  let at = -1;
  const history: History = [];
  for (let index = 0; index < LENGTH; index += 1) {
    const drawn = draw(chance, index, state);
    // No release close by can explain the fault away, and somebody sees what became of it.
    const op: LockOp = at >= 0 && index <= at + CLIENTS ? { ...drawn, do: 'look' } : drawn;
    const right = SPECIFICATION.step(state, op);
    const [answer = ''] = right.answers;
    const wrong = at < 0 && index >= LENGTH / 2 ? inject(fault, { state, op, answer }) : undefined;
    if (wrong !== undefined) at = index;
    ({ state } = wrong ?? right);
    const client = `${index % CLIENTS}`;
    const [before, behind] = [chance() / 500, chance() / 500];
    history.push({
      client,
      op,
      answer: wrong?.answer ?? answer,
      called: index - before,
      returned: index + behind,
    });
  }
  return { history, at };
}

function draw(chance: Chance, index: number, { held }: LockState): LockOp {
  const kinds = ['take', 'take', 'release', 'release', 'wait', 'settle', 'look'] as const;
  const scopes = ['staging', 'staging/api', 'staging/web'];
  const kind = kinds[chance() % kinds.length] ?? 'look';
  // Mostly the holder gives up what they hold.
  const { holder, scope } = (kind === 'release' ? held[chance() % held.length] : undefined) ?? {};
  return {
    do: kind,
    person: holder ?? `U${chance() % 3}`,
    scope: scope ?? scopes[chance() % scopes.length] ?? '',
    now: index * 1_000,
    command: `c${index}`,
    until: (index + (chance() % 60)) * 1_000,
  };
}

/** What a broken store would have made of it; undefined where this fault has no occasion. */
function inject(
  fault: Fault,
  { state, op, answer }: { state: LockState; op: LockOp; answer: LockAnswer },
): { state: LockState; answer: LockAnswer } | undefined {
  if (fault === 'lost release') {
    const isLost = op.do === 'release' && answer.startsWith('freed');
    return isLost && staysLong(state, op) ? { state, answer } : undefined;
  }
  if (fault === 'none' || op.do !== 'take' || !answer.startsWith('refused: staging')) return undefined;
  const { scope, person: holder, now: since, until = since } = op;
  if (until < since + 20_000) return undefined; // one that is over at once is nothing that anybody could see
  // One that had been there for a while: a turn that came this very moment could have come a little later.
  if (!state.held.some((one) => answer.includes(` ${one.id} `) && !one.turn)) return undefined;
  const lock = { id: NAME(scope, op.command), scope, holder, since, until, turn: false, offer: null };
  const held = fault === 'double grant, kept' ? [...state.held, lock] : state.held;
  return { state: { ...state, held }, answer: about('taken', lock) };
}

/** The release of a lock that ends by itself before anybody looks may be lost unseen. */
function staysLong({ held }: LockState, { scope, now }: LockOp): boolean {
  return held.some(
    (one) => one.scope === scope && !one.turn && (one.until ?? Number.POSITIVE_INFINITY) > now + 20_000,
  );
}

/** One in twenty hears no answer; whoever goes on in its place is a client of its own. */
function forget(history: History, chance: Chance): History {
  const lives = new Map<string, number>();
  return history.map((one) => {
    const life = lives.get(one.client) ?? 0;
    const client = `${one.client}-${life}`;
    if (chance() % 20 > 0) return { ...one, client };
    lives.set(one.client, life + 1);
    return { ...one, client, answer: undefined, returned: Number.POSITIVE_INFINITY };
  });
}

type Chance = () => number;

/** Numbers up to 999, always the same for the same seed. */
function chancesOf(seed: number): Chance {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % 1_000;
  };
}

const REGISTER: Specification<string, string, string> = {
  initial: '',
  step: (state, op) => (op === 'read' ? { state, answers: [state] } : { state: op, answers: [op] }),
};

type Small = Recorded<string, string>;

/** Gives each client its own times, one thing after the other; without an answer it does nothing more. */
function sequential(
  drawn: readonly { client: number; op: string; answer: string | undefined; lasts: number }[],
): Small[] {
  const free = new Map<number, number>();
  return drawn.flatMap(({ client, op, answer, lasts }, index) => {
    const called = Math.max(index, free.get(client) ?? 0);
    free.set(client, answer === undefined ? Number.POSITIVE_INFINITY : called + lasts + 0.5);
    if (called === Number.POSITIVE_INFINITY) return [];
    const returned = answer === undefined ? Number.POSITIVE_INFINITY : called + lasts;
    return [{ client: `${client}`, op, answer, called, returned }];
  });
}

/** Every order of every choice that leaves out only what heard no answer. */
function permutations(history: readonly Small[]): Small[][] {
  const all = history.flatMap((one, index) =>
    permutations(history.filter((_, other) => other !== index)).map((rest) => [one, ...rest]),
  );
  return history.every(({ answer }) => answer === undefined) ? [[], ...all] : all;
}

function explains(history: readonly Small[], order: readonly Small[]): boolean {
  const left = history.filter((one) => !order.includes(one));
  if (left.some(({ answer }) => answer !== undefined)) return false;
  const inTime = order.every((one, index) => order.slice(index).every((next) => next.returned >= one.called));
  let state = '';
  return (
    inTime &&
    order.every(({ op, answer }) => {
      const step = REGISTER.step(state, op);
      ({ state } = step);
      return answer === undefined || step.answers.includes(answer);
    })
  );
}
