import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { sendInLots } from '../src/lots.ts';

it('sends together what comes at the same moment, and after it what came meanwhile', async () => {
  const { queue, lots, settle } = sending();
  const first = [queue('a'), queue('b')];
  await turn();
  const meanwhile = [queue('c'), queue('d')];
  await turn();
  expect(lots()).toEqual([['a', 'b']]);

  settle();
  await Promise.all(first);
  await turn();
  expect(lots()).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  settle();
  await Promise.all(meanwhile);
});

it('does not let a full lot wait for the one under way, and makes none larger', async () => {
  const { queue, lots, settle } = sending(2);
  const sent = ['a', 'b', 'c', 'd', 'e'].map(queue);
  await turn();
  expect(lots()).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);

  settle();
  await turn();
  expect(lots()).toHaveLength(2); // the second is still under way
  settle();
  await turn();
  expect(lots()[2]).toEqual(['e']);
  settle();
  await Promise.all(sent);
});

it('fails what stood in a lot that failed, and nothing else', async () => {
  const { queue, settle } = sending();
  const failing = Promise.allSettled([queue('a'), queue('b')]);
  await turn();
  const next = queue('c');

  settle(new Error('Redis is away'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  settle();
  await expect(next).resolves.toBeUndefined();
});

/** `settle` ends the oldest send that is under way. */
function sending(most?: number) {
  const lots: (readonly string[])[] = [];
  const underWay: ((error?: Error) => void)[] = [];
  const queue = sendInLots<string>((items) => {
    lots.push(items);
    return new Promise((resolve, reject) => {
      underWay.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }, most);
  return { queue, lots: () => lots, settle: (error?: Error) => underWay.shift()?.(error) };
}
