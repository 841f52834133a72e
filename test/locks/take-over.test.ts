import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { actOnLocks } from '../../src/locks/act.ts';
import type { Lock } from '../../src/locks/lock.ts';
import { accept, offer } from '../../src/locks/offer.ts';
import { release } from '../../src/locks/release.ts';
import { lockHistory } from '../../src/locks/history.ts';
import { readBoard } from '../../src/locks/store.ts';
import { steal, take } from '../../src/locks/take.ts';
import { takeOver } from '../../src/locks/take-over.ts';
import { closeContexts, NOON, testContext, testRedis } from '../support/context.ts';

afterEach(closeContexts);

it('moves the lock in one step to whoever takes it over, with its reason and its end', async () => {
  const { act, board, lock, history } = await world();

  const answer = await act('U0BEN', (by) => takeOver({ ...by, scope: 'staging', only: lock.id }));

  expect(answer.outcome).toBe('accepted');
  expect(await board()).toMatchObject([
    { holder: 'U0BEN', reason: 'load test', until: lock.until, since: NOON },
  ]);
  expect((await history()).map(({ kind, actor, other }) => [kind, actor, other])).toEqual([
    ['taken_over', 'U0BEN', 'U0ASHA'],
    ['taken', 'U0ASHA', null],
  ]);
});

it('does it once however often the same click comes', async () => {
  const { act, board, lock, history } = await world();
  const rule = (by: By) => takeOver({ ...by, scope: 'staging', only: lock.id });

  const first = await act('U0BEN', rule, 'click');
  const again = await act('U0BEN', rule, 'click');

  expect(again).toEqual(first);
  expect(await board()).toHaveLength(1);
  expect(await history()).toHaveLength(2);
});

it.each<[string, (moved: World) => Promise<unknown>, string | undefined]>([
  [
    'was unlocked',
    ({ act }) => act('U0ASHA', (by) => release({ ...by, scope: 'staging', force: false, reason: '' })),
    undefined,
  ],
  [
    'was unlocked and taken again',
    async ({ act }) => {
      await act('U0ASHA', (by) => release({ ...by, scope: 'staging', force: false, reason: '' }));
      await act('U0ASHA', (by) => take({ ...by, scope: 'staging', terms: { reason: 'again' } }));
    },
    'U0ASHA',
  ],
  [
    'was stolen',
    ({ act }) => act('U0LEA', (by) => steal({ ...by, scope: 'staging', terms: { reason: 'urgent' } })),
    'U0LEA',
  ],
  [
    'is on offer to somebody else',
    ({ act }) => act('U0ASHA', (by) => offer({ ...by, scope: 'staging', to: 'U0LEA' })),
    'U0ASHA',
  ],
  [
    'was offered and accepted',
    async ({ act, board }) => {
      await act('U0ASHA', (by) => offer({ ...by, scope: 'staging', to: 'U0LEA' }));
      const [lock] = await board();
      await act('U0LEA', (by) => accept({ ...by, scope: 'staging', only: lock?.offer?.id ?? '' }));
    },
    'U0LEA',
  ],
])('moves nothing where the lock %s', async (_what, change, holder) => {
  const moved = await world();
  const { act, board, lock } = moved;
  await change(moved);
  const before = await board();

  const answer = await act('U0BEN', (by) => takeOver({ ...by, scope: 'staging', only: lock.id }));

  expect(answer.outcome).toBe('over');
  expect(await board()).toEqual(before);
  expect(before[0]?.holder).toBe(holder);
});

it('accepts at once what was offered to whoever takes it over', async () => {
  const { act, board, lock } = await world();
  await act('U0ASHA', (by) => offer({ ...by, scope: 'staging', to: 'U0BEN' }));

  await act('U0BEN', (by) => takeOver({ ...by, scope: 'staging', only: lock.id }));

  expect(await board()).toMatchObject([{ holder: 'U0BEN', offer: null }]);
});

it('gives it to exactly one of many who click at once on several workers, and is never free in between', async () => {
  const { prefix, lock, board, history } = await world();
  const workers = [testRedis(prefix), testRedis(prefix), testRedis(prefix)].map((redis) =>
    testContext({ redis }),
  );
  const people = Array.from({ length: 40 }, (_, number) => `U0P${number}`);
  const seen: number[] = [];
  const watcher = new AbortController();
  const watch = async () => {
    while (!watcher.signal.aborted) seen.push((await board()).length);
  };
  const watched = watch();

  const answers = await Promise.all(
    people.map((person, index) => {
      const ctx = workers[index % workers.length] ?? workers[0];
      if (ctx === undefined) throw new Error('there are three');
      const rule = takeOver({ command: `c-${person}`, person, channel: '', scope: 'staging', only: lock.id });
      return actOnLocks(ctx, { scope: 'staging', command: `c-${person}`, rule });
    }),
  );
  watcher.abort();
  await watched;

  const winners = answers.filter(({ outcome }) => outcome === 'accepted');
  expect(winners).toHaveLength(1);
  expect(answers.filter(({ outcome }) => outcome === 'over')).toHaveLength(39);
  expect(await board()).toMatchObject([{ holder: winners[0]?.lock?.holder }]);
  expect(new Set(seen)).toEqual(new Set([1]));
  expect((await history()).filter(({ kind }) => kind === 'taken_over')).toHaveLength(1);
});

type World = Awaited<ReturnType<typeof world>>;
interface By {
  readonly command: string;
  readonly person: string;
  readonly channel: string;
}

/** Asha holds staging. */
async function world() {
  const prefix = `${randomUUID()}:`;
  const ctx = testContext({ redis: testRedis(prefix) });
  const act = async (
    person: string,
    rule: (by: By) => Parameters<typeof actOnLocks>[1]['rule'],
    id?: string,
  ) => {
    const command = id ?? randomUUID();
    return actOnLocks(ctx, { scope: 'staging', command, rule: rule({ command, person, channel: 'C0STG' }) });
  };
  const board = async (): Promise<Lock[]> => (await readBoard(ctx.redis, 'staging')).board.locks;
  await act('U0ASHA', (by) => take({ ...by, scope: 'staging', terms: { reason: 'load test' } }));
  const [lock] = await board();
  if (lock === undefined) throw new Error('it was taken');
  return { ctx, prefix, act, board, lock, history: () => lockHistory(ctx.redis, 'staging', 20) };
}
