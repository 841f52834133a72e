import { afterEach, expect, it } from '@jest/globals';
import { putLabel } from '../../playground/github/seed.ts';
import { ASHA } from '../../playground/github/state.ts';
import { secondsUntilComment, secondsUntilWrite } from '../../src/github/write-pace.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld } from '../support/remote-world.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it('queues five hundred that are labelled at once, and loses none', async () => {
  const world = await remoteWorld({ max: 20 });
  const all = Array.from({ length: 500 }, (_, index) => world.add(index + 1));
  for (const pr of all) {
    putLabel(world.api, pr, 'remote-deploy', ASHA);
    await world.look(pr.number);
  }

  await world.settle(3 * 3_600);

  const labelled = (state: string) => all.filter(({ labels }) => labels.includes(`remote-deploy: ${state}`));
  expect(labelled('live')).toHaveLength(20);
  expect(labelled('queued')).toHaveLength(480);
  expect(new Set(world.api.comments.map(({ on }) => on)).size).toBe(500);
  expect(world.api.comments).toHaveLength(500);
  expect(world.actions()).toHaveLength(20);
  expect(writesASecond(world.api.comments.map(({ createdAt }) => createdAt))).toBe(1);
  await world.target.close();
}, 600_000);

it('leaves a second between writes, and gives turns in the order in which they were asked for', async () => {
  let now = NOON;
  const ctx = { ...testContext(), now: () => now };
  const wait = (writer: string) => secondsUntilWrite(ctx, writer);

  expect([await wait('a'), await wait('b'), await wait('c'), await wait('b')]).toEqual([0, 1, 2, 1]);
  now = new Date(now.getTime() + 5_000);
  expect([await wait('c'), await wait('b')]).toEqual([0, 1]);
});

it('holds comments back after a burst of them, and leaves a second between those of it', async () => {
  let now = NOON;
  const ctx = { ...testContext(), now: () => now };
  const writers = Array.from({ length: 45 }, (_, index) => `writer-${index}`);
  const ask = () => Promise.all(writers.map((writer) => secondsUntilComment(ctx, writer)));

  const first = await ask();
  expect(first.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(first.slice(40)).toEqual([8, 16, 24, 32, 40]);

  now = new Date(now.getTime() + 3_000);
  expect((await ask()).slice(1, 4)).toEqual([0, 1, 1]);
});

it('uses no turn of a comment up while other writes are before it', async () => {
  let now = NOON;
  const ctx = { ...testContext(), now: () => now };
  for (let n = 0; n < 39; n += 1) await secondsUntilComment(ctx, `early-${n}`);
  for (let n = 0; n < 20; n += 1) await secondsUntilWrite(ctx, `label-${n}`);
  const wait = () => secondsUntilComment(ctx, 'late');

  expect(await wait()).toBe(59);
  now = new Date(now.getTime() + 59_000);
  expect(await wait()).toBe(0);
});

function writesASecond(times: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const at of times) counts.set(at, (counts.get(at) ?? 0) + 1);
  return Math.max(...counts.values());
}
