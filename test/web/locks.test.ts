import { afterEach, expect, it } from '@jest/globals';
import type { Place } from '../../src/locks/lock.ts';
import { listEnvironments, listLocks } from '../../src/web/environments.ts';
import { lock, storeLocks } from '../support/board.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';

afterEach(closeContexts);

it('shows who waits for a lock, in their order and each once, and its pull request', async () => {
  const ctx = testContext();
  const pullRequest = { repository: 'acme/api', number: 12, asked: false };
  const line = [place('U0CLEO'), place('U0BEN', 'staging/web'), place('U0CLEO', 'staging/api')];
  await storeLocks(ctx.redis, [lock({ pullRequest })], { line });

  const shown = { scope: 'staging', waiting: ['U0CLEO', 'U0BEN'], pull_request: 12 };
  expect(await listLocks(ctx)).toEqual([expect.objectContaining(shown)]);
  expect(await listEnvironments(ctx)).toMatchObject([{ locks: [shown] }, { locks: [] }]);
});

it('lists the global lock once, and shows it first on every environment', async () => {
  const ctx = testContext();
  await storeLocks(ctx.redis, [lock(), lock({ id: 'l2', scope: 'all', holder: 'U0BEN' })]);

  expect((await listLocks(ctx)).map(({ scope }) => scope).toSorted()).toEqual(['all', 'staging']);
  const environments = await listEnvironments(ctx);
  expect(environments.map(({ locks }) => locks.map(({ scope }) => scope))).toEqual([
    ['all', 'staging'],
    ['all'],
  ]);
});

function place(person: string, scope = 'staging'): Place {
  return { id: `${person}-${scope}`, scope, person, since: NOON, reason: '', channel: '', deployment: null };
}
