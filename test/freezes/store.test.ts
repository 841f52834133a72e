import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { UnreadableError } from '../../src/errors.ts';
import { freezeOn } from '../../src/freezes/freeze-on.ts';
import type { SetFreeze } from '../../src/freezes/set-freeze.ts';
import { findFreeze, liftFreeze, setFreeze } from '../../src/freezes/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, testContext, testRedis } from '../support/context.ts';

afterEach(closeContexts);

const HOUR = 3_600_000;
const after = (hours: number) => new Date(NOON.getTime() + hours * HOUR);
const KEY = 'baton:{staging}:freeze';

it('is in force until its end, and counts for nothing from then on', async () => {
  const redis = testRedis();
  await put(redis, freeze({ until: after(2) }));

  expect(await findFreeze(redis, 'staging', new Date(after(2).getTime() - 1))).toMatchObject({ id: 'f' });
  expect(await findFreeze(redis, 'staging', after(2))).toBeUndefined();
  expect(await findFreeze(redis, 'production', NOON)).toBeUndefined();
});

it('is replaced by a later one, which tells what it replaced', async () => {
  const redis = testRedis();
  await put(redis, freeze({ by: 'U0ASHA' }));

  const done = await put(redis, freeze({ id: 'g', until: after(1) }));

  expect(done).toMatchObject({ freeze: { id: 'g' }, replaced: { id: 'f', by: 'U0ASHA' } });
  expect(await findFreeze(redis, 'staging', NOON)).toEqual(freeze({ id: 'g', until: after(1) }));
});

it('tells of one whose time was over when it is replaced or lifted', async () => {
  const redis = testRedis();
  await put(redis, freeze({ until: after(1) }));
  const later = freeze({ id: 'g', since: after(2), until: after(3) });

  expect(await put(redis, later)).toEqual({
    freeze: later,
    replaced: undefined,
    expired: freeze({ until: after(1) }),
  });
  expect(await lift(redis, { now: after(3) })).toEqual({ outcome: 'none', expired: later });
  expect(await redis.get(KEY)).toBeNull();
});

it('is set once by one command, however often that runs and whatever came between', async () => {
  const redis = testRedis();
  const first = await put(redis, freeze(), 'same');
  await lift(redis);

  const again = await setFreeze(redis, { environment: 'staging', command: 'same' }, () => {
    throw new Error('the time has passed meanwhile');
  });

  expect(again).toEqual(first);
  expect(await findFreeze(redis, 'staging', NOON)).toBeUndefined();
});

it('is set once by one command that two workers run at once', async () => {
  const redis = testRedis();

  const done = await Promise.all(
    [freeze(), freeze({ until: after(3) })].map((one) => put(redis, one, 'same')),
  );

  expect(done[0]).toEqual(done[1]);
  expect(await findFreeze(redis, 'staging', NOON)).toEqual(done[0]?.freeze);
});

it('is lifted once by one command: a freeze that came later stays', async () => {
  const redis = testRedis();
  await put(redis, freeze());
  const first = await lift(redis, { command: 'same' });
  await put(redis, freeze({ id: 'g' }));

  expect(first).toMatchObject({ outcome: 'lifted', freeze: { id: 'f' } });
  expect(await lift(redis, { command: 'same' })).toEqual(first);
  expect(await findFreeze(redis, 'staging', NOON)).toMatchObject({ id: 'g' });
});

it('is always one of those that were set at once, and each replaces another', async () => {
  const redis = testRedis();
  const ids = Array.from({ length: 20 }, (_, index) => `f${index}`);

  const done = await Promise.all(ids.map((id) => put(redis, freeze({ id }))));

  const last = (await findFreeze(redis, 'staging', NOON))?.id;
  const replaced = done.map((one) => one.replaced?.id);
  expect(replaced.filter((id) => id === undefined)).toHaveLength(1);
  expect(new Set([...replaced, last])).toEqual(new Set([undefined, ...ids]));
});

it.each(['rubbish', '{}', '{"version":2}', JSON.stringify({ ...freeze(), until: 'soon' })])(
  'blocks when %s is stored, and stays as it is until it is removed by force',
  async (value) => {
    const ctx = testContext();
    await ctx.redis.set(KEY, value);

    await expect(freezeOn(ctx, 'staging', NOON)).rejects.toThrow(UnreadableError);
    await expect(put(ctx.redis, freeze())).rejects.toThrow(UnreadableError);
    await expect(lift(ctx.redis)).rejects.toThrow(UnreadableError);
    expect(await ctx.redis.get(KEY)).toBe(value);
    expect(await lift(ctx.redis, { force: true })).toEqual({ outcome: 'lifted' });
    expect(await ctx.redis.get(KEY)).toBeNull();
  },
);

it('blocks when something else than text is stored', async () => {
  const ctx = testContext();
  await ctx.redis.lpush(KEY, 'a list');

  await expect(freezeOn(ctx, 'staging', NOON)).rejects.toThrow(UnreadableError);
});

it('counts with the freezes of the configuration: the environment opens when none is in force', async () => {
  const staging = { services: ['api'], driver: { type: 'command' as const, argv: ['true'] } };
  const freezes = [{ from: 'tue 18:00', to: 'wed 06:00', timezone: 'UTC', reason: 'night' }];
  const ctx = testContext({ config: testConfig({ environments: { staging: { ...staging, freezes } } }) });

  expect(await freezeOn(ctx, 'staging', NOON)).toBeUndefined();
  await put(ctx.redis, freeze({ until: after(7) }));
  expect(await freezeOn(ctx, 'staging', NOON)).toEqual({
    reason: 'sale; night',
    until: after(18),
    source: 'person',
    by: 'U0BEN',
  });
  expect(await freezeOn(ctx, 'staging', after(7))).toMatchObject({
    reason: 'night',
    source: 'configuration',
  });
});

it('is in force also for a worker whose clock is behind', async () => {
  const ctx = testContext();
  await put(ctx.redis, freeze({ since: after(0.1) }));

  expect(await freezeOn(ctx, 'staging', NOON)).toMatchObject({ until: after(2) });
});

it('is in force on an environment that has left the configuration', async () => {
  const ctx = testContext();
  await setFreeze(ctx.redis, { environment: 'retired', command: 'c' }, () => freeze());

  expect(await freezeOn(ctx, 'retired', NOON)).toMatchObject({ reason: 'sale' });
  expect(await freezeOn(ctx, '__proto__', NOON)).toBeUndefined();
});

function put(redis: Parameters<typeof setFreeze>[0], wanted: SetFreeze, command: string = randomUUID()) {
  return setFreeze(redis, { environment: 'staging', command }, () => wanted);
}

function lift(
  redis: Parameters<typeof liftFreeze>[0],
  options: Partial<Parameters<typeof liftFreeze>[1]> = {},
) {
  return liftFreeze(redis, {
    environment: 'staging',
    command: randomUUID(),
    now: NOON,
    force: false,
    ...options,
  });
}

function freeze(overrides: Partial<SetFreeze> = {}): SetFreeze {
  return { version: 1, id: 'f', by: 'U0BEN', reason: 'sale', since: NOON, until: after(2), ...overrides };
}
