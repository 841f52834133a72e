import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Board, EMPTY, lockIdFor, type Running } from '../../src/locks/lock.ts';
import { checkHistory, type Recorded } from '../support/linearizable.ts';
import { answerOf, momentAt, playOn, refusalOf, ruleOf } from '../support/lock-players.ts';
import { lockSpecification } from '../support/lock-specification.ts';
import { type LockAnswer, type LockOp } from '../support/lock-state.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';

afterEach(closeContexts);

const SPECIFICATION = lockSpecification(lockIdFor);
const PEOPLE = ['U0A', 'U0B', 'U0C', 'U0D'];
const SCOPES = ['staging', 'staging/api', 'staging/web'];
type History = Recorded<LockOp, LockAnswer>[];

/** What somebody does next. Whom and what it concerns is found out then: `pick` chooses among what is known. */
const intent = fc.record({
  do: fc.constantFrom<LockOp['do'][]>(
    ...([
      'take',
      'take',
      'take',
      'release',
      'release',
      'force',
      'steal',
      'offer',
      'offer',
      'accept',
    ] as const),
    ...([
      'accept',
      'accept',
      'accept',
      'decline',
      'wait',
      'wait',
      'leave',
      'settle',
      'settle',
      'deploy',
      'end',
      'look',
    ] as const),
  ),
  person: fc.nat({ max: PEOPLE.length - 1 }),
  scope: fc.nat({ max: SCOPES.length - 1 }),
  pick: fc.nat({ max: 20 }),
  /** Seconds until the lock ends, 0 for none. */
  lasts: fc.constantFrom(0, 0, 5, 20, 60),
  /** Seconds that go by before. */
  passes: fc.constantFrom(0, 0, 0, 0, 1, 4, 31),
  fate: fc.constantFrom('once', 'once', 'once', 'once', 'once', 'twice', 'dies'),
});
type Intent = typeof intent extends fc.Arbitrary<infer One> ? One : never;

it('follows its specification, one command after the other', () => {
  fc.assert(
    fc.property(fc.array(intent, { minLength: 1, maxLength: 80, size: 'max' }), (intents) => {
      const world = newWorld();
      let { initial: state } = SPECIFICATION;
      let board: Board = EMPTY;
      for (const one of intents) {
        const op = opOf(world, one, PEOPLE[one.person] ?? '');
        if (op.do === 'look') continue;
        const step = SPECIFICATION.step(state, op);
        const running = state.runs.map(({ service, person, since }): Running => {
          return { service, requestedBy: person, since: new Date(since) };
        });
        const [next, answer] =
          op.do === 'deploy' || op.do === 'end' ? [board, ''] : apply(board, op, running);
        if (answer !== '') expect(step.answers).toContain(answer);
        notice(world, op, answer);
        ({ state } = step);
        board = next;
      }
    }),
    { numRuns: 1_000 },
  );
});

it('is linearizable under concurrent commands of several processes, some of which die', async () => {
  const clients = fc.array(fc.array(intent, { minLength: 8, maxLength: 16 }), { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(clients, async (plans) => {
      const prefix = `${randomUUID()}:`;
      const world = newWorld();
      const history: History = [];
      await Promise.all(plans.map((plan, at) => playClient(prefix, plan, { world, history, at })));

      const verdict = checkHistory(history, SPECIFICATION);
      closeContexts();
      if (!verdict.linearizable) throw new Error(tellStory(verdict));
    }),
    { numRuns: 150, endOnFailure: true },
  );
}, 120_000);

interface World {
  now: number;
  clock: number;
  /** Every lock, offer and place that was heard of, the newest first. */
  readonly known: string[];
  /** What each person may answer: what they were offered, and the turns that their places may have become. */
  readonly offered: Map<string, string[]>;
  /** On which scope each person got a lock last. */
  readonly got: Map<string, string>;
}

function newWorld(): World {
  return { now: NOON.getTime(), clock: 0, known: [], offered: new Map(), got: new Map() };
}

interface Playing {
  readonly world: World;
  readonly history: History;
  readonly at: number;
}

/** One process: its own connection, its own guess of what stands there. After a death another goes on. */
async function playClient(prefix: string, plan: readonly Intent[], { world, history, at }: Playing) {
  let redis: ReturnType<typeof testRedis> | undefined;
  let lives = 0;
  for (const one of plan) {
    const op = opOf(world, one, PEOPLE[at] ?? '');
    const client = `${at}-${lives}`;
    const called = world.clock++;
    redis ??= testRedis(prefix);
    if (one.fate === 'dies') {
      await dieWhile(redis, op, one.pick);
      history.push({ client, op, answer: undefined, called, returned: Number.POSITIVE_INFINITY });
      redis = undefined;
      lives += 1;
      continue;
    }
    let answer = await playOn(redis, op);
    // The same job again: beside what others do meanwhile, and with a clock that went on.
    if (one.fate === 'twice' && isCommand(op)) answer = await playOn(redis, op);
    history.push({ client, op, answer, called, returned: world.clock++ });
    notice(world, op, answer);
  }
}

/** It is sent, and nobody hears what came of it. */
async function dieWhile(redis: ReturnType<typeof testRedis>, op: LockOp, turns: number): Promise<void> {
  if (redis.status !== 'ready') await redis.ping();
  const lost = playOn(redis, op).catch(() => '');
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  redis.disconnect();
  await lost;
}

function isCommand({ do: what }: LockOp): boolean {
  return what !== 'deploy' && what !== 'end' && what !== 'look';
}

function opOf(world: World, one: Intent, person: string): LockOp {
  world.now += one.passes * 1_000;
  const { do: what, pick, lasts } = one;
  const scope = scopeFor(world, one, person);
  const only = world.known[pick];
  const op = { do: what, person, scope, now: world.now, command: `c-${randomUUID()}` };
  switch (what) {
    case 'take':
    case 'wait':
      return lasts === 0 ? op : { ...op, until: world.now + lasts * 1_000 };
    case 'offer':
      return { ...op, to: PEOPLE[pick % PEOPLE.length] ?? '' };
    case 'accept':
    case 'decline':
      return { ...op, only: world.offered.get(person)?.[pick % 3] ?? only ?? 'none' };
    case 'release':
    case 'steal':
    case 'leave':
      return pick % 3 > 0 || only === undefined ? op : { ...op, only };
    default:
      return op;
  }
}

/** Holders mostly act on what they hold. */
function scopeFor({ got }: World, { do: what, scope, pick }: Intent, person: string): string {
  if (what === 'deploy' || what === 'end') return SCOPES[1 + (scope % 2)] ?? '';
  const own = what === 'release' || what === 'offer' ? got.get(person) : undefined;
  return pick % 4 === 0 || own === undefined ? (SCOPES[scope] ?? '') : own;
}

/** What a button can name later: ids of locks, offers and places are the hexadecimal and `c-` words of an answer. */
function notice(world: World, { person, scope, to, command }: LockOp, answer: LockAnswer): void {
  for (const word of answer.split(/[ ;]+/)) {
    if (!/^([0-9a-f]{12}|c-.*)$/.test(word) || world.known.includes(word)) continue;
    world.known.unshift(word);
  }
  const [outcome = ''] = answer.split(' ');
  if (['taken', 'stolen', 'accepted'].includes(outcome)) world.got.set(person, scope);
  if (outcome === 'offered') mayAnswer(world, to ?? '', answer.split(' ').at(-1) ?? '');
  if (outcome === 'waiting') mayAnswer(world, person, lockIdFor(scope, command));
}

function mayAnswer({ offered }: World, person: string, id: string): void {
  offered.set(person, [id, ...(offered.get(person) ?? [])]);
}

function apply(board: Board, op: LockOp, running: readonly Running[]): [Board, LockAnswer] {
  try {
    const change = ruleOf(op)(board, { ...momentAt(op.now), running });
    return [change.board, answerOf(change.answer)];
  } catch (error) {
    return [board, refusalOf(error)];
  }
}

function tellStory({ order, stuckAt }: ReturnType<typeof checkHistory<unknown, LockOp, LockAnswer>>): string {
  const line = ({ client, op, answer, called, returned }: History[number]) => {
    const { command, ...rest } = op;
    return `${client} [${called}, ${returned}] ${command.slice(0, 6)} ${JSON.stringify(rest)} → ${answer ?? '?'}`;
  };
  const found = order.slice(-25).map(line).join('\n');
  return `No order explains it. The longest that does ends with\n${found}\nand then none of\n${stuckAt.map(line).join('\n')}`;
}
