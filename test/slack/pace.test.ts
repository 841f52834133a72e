import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { pauseChannel, takeTurn } from '../../src/slack/pace.ts';
import { closeContexts, testContext } from '../support/context.ts';

afterEach(closeContexts);

const BURST = ['one', 'two', 'three', 'four'];

/** Asks for each message, in one go. */
function asker(channel: string) {
  const { redis } = testContext();
  return (...messages: readonly string[]) =>
    Promise.all(messages.map((message) => takeTurn(redis, channel, message)));
}

it('lets a few messages through at once, and gives each of the others a time of its own', async () => {
  const ask = asker('C0BUSY');
  expect(await ask(...BURST)).toEqual([0, 0, 0, 0]);

  const waits = await ask(...Array.from({ length: 50 }, (_, index) => `later-${index}`));

  const gaps = waits.map((wait, index) => wait - (waits[index - 1] ?? 0));
  // Each is asked a moment after the one before.
  for (const gap of gaps) expect(gap).toBeLessThan(1.201);
  expect(waits.at(-1)).toBeGreaterThan(45);
});

it('keeps the time of a message that asks again, whichever job asks for it', async () => {
  const ask = asker('C0BUSY');
  await ask(...BURST);
  const [first = 0] = await ask('mine', 'other');

  const [again = 0] = await ask('mine');

  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(first);
});

it('lets a message through when its time has come', async () => {
  const ask = asker('C0BUSY');
  await ask(...BURST);
  const [wait = 0] = await ask('mine');

  await sleep(wait * 1_000);

  expect(await ask('mine')).toEqual([0]);
});

it('gives the next turn to whoever finds their own taken', async () => {
  const ask = asker('C0BUSY');
  await ask(...BURST);
  const [wait = 0] = await ask('mine', ...Array.from({ length: 50 }, (_, index) => `later-${index}`));

  await sleep(wait * 1_000);
  expect(await ask('newcomer')).toEqual([0]);

  const [again = 0] = await ask('mine');
  expect(again).toBeLessThanOrEqual(1.2);
});

it('holds back one channel for as long as Slack wants, and no other', async () => {
  const { redis } = testContext();
  await pauseChannel(redis, 'C0BUSY', 30);

  const wait = await takeTurn(redis, 'C0BUSY', 'mine');

  expect(wait).toBeGreaterThan(25);
  expect(wait).toBeLessThanOrEqual(30);
  // After the pause, too, each has a time of its own.
  expect(await takeTurn(redis, 'C0BUSY', 'other')).toBeGreaterThan(wait);
  expect(await takeTurn(redis, 'C0CALM', 'mine')).toBe(0);
});
