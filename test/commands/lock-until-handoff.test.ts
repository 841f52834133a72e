import { afterEach, expect, it } from '@jest/globals';
import { takeDigest } from '../../src/handoffs/take.ts';
import { keepLocks } from '../../src/locks/act.ts';
import { lockHistory } from '../../src/locks/history.ts';
import { readBoard } from '../../src/locks/store.ts';
import { closeContexts } from '../support/context.ts';
import { DIGEST, DUE, handoffConfig, handoffWorld, minutesAfter } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('says until which handoff it lasts', async () => {
  const { news } = await locked();

  expect(news[0]?.words).toContain(
    'Nobody else deploys there until somebody takes the handoff of *bengaluru* <!date^1795438800^',
  );
});

it('lasts over the time of the handoff until somebody has it, and is told then', async () => {
  const { world, say, locks, history } = await locked();
  await world.at(DUE);
  world.ctx.now = () => minutesAfter(60);
  await keepLocks(world.ctx, 'staging', 'test');
  const before = await locks();

  const { news, direct } = await say('U0BEN', `handoff take ${DIGEST}`);

  expect(before).toMatchObject([{ holder: 'U0ASHA', until: null }]);
  expect(await locks()).toEqual([]);
  expect(news[0]?.words).toContain('*staging* is unlocked: <@U0BEN> has taken the handoff');
  expect(direct[0]?.words).toContain('<@U0BEN> has taken the handoff, so your lock on *staging*');
  expect((await history()).map(({ kind }) => kind)).toEqual(['handed_over', 'taken']);
});

it('frees it where a worker died after the handoff was taken, and once', async () => {
  const { world, say, locks, history } = await locked();
  await world.at(DUE);
  await takeDigest(world.ctx, DIGEST, { command: 'c-same', person: 'U0BEN' });

  await say('U0BEN', `handoff take ${DIGEST}`, 'same');
  await say('U0ASHA', 'lock staging because the next day');
  await say('U0BEN', `handoff take ${DIGEST}`, 'same');

  expect(await locks()).toMatchObject([{ reason: 'the next day' }]);
  expect((await history()).map(({ kind }) => kind)).toEqual(['taken', 'handed_over', 'taken']);
});

it('is offered with the digest, and then lasts as any other', async () => {
  const { world, say, locks } = await locked({ max_for: '24h', default_for: '2h' });
  await world.at(DUE);
  const item = (await world.digest())?.content?.items[0];

  await say('U0BEN', `handoff take ${DIGEST} --lock ${item?.lock?.id}`);
  await say('U0BEN', `handoff take ${DIGEST}`);

  expect(item).toMatchObject({ section: 'leaving', what: 'locked until the handoff' });
  expect(await locks()).toMatchObject([{ holder: 'U0BEN', handoff: null, until: minutesAfter(120) }]);
});

it('ends at the longest time that is allowed where nobody has the handoff', async () => {
  const { world, locks } = await locked({ max_for: '4h' });

  world.ctx.now = () => minutesAfter(179);
  await keepLocks(world.ctx, 'staging', 'test');
  expect(await locks()).toHaveLength(1);
  world.ctx.now = () => minutesAfter(180);
  await keepLocks(world.ctx, 'staging', 'test');
  expect(await locks()).toEqual([]);
});

it('goes by the end that was said last', async () => {
  const { say, locks } = await locked();

  await say('U0ASHA', 'lock staging for 4h');
  expect(await locks()).toMatchObject([{ handoff: null, until: minutesAfter(180) }]);
  await say('U0ASHA', 'lock staging until the handoff');
  expect(await locks()).toMatchObject([{ handoff: { from: 'bengaluru', at: DUE }, until: null }]);
});

it('is not ended by an earlier handoff, nor by that of another site', async () => {
  const { world, say, locks } = await locked();
  await world.at(DUE);
  await say('U0ASHA', 'lock staging until handoff');

  await say('U0BEN', `handoff take ${DIGEST}`);

  expect(await locks()).toMatchObject([{ handoff: { at: minutesAfter(24 * 60) } }]);
});

/** An hour before the handoff Asha locks staging until then. */
async function locked(lock: Partial<Record<'max_for' | 'default_for', string>> = {}) {
  const driver = { type: 'command' as const, argv: ['true'] };
  const staging = { services: ['api', 'web'], driver, lock };
  const world = await handoffWorld(handoffConfig({ environments: { staging } }));
  const { ctx } = world;
  ctx.now = () => minutesAfter(-60);
  const say = speaker(ctx);
  const reply = await say('U0ASHA', 'lock staging until handoff because fixture');
  const locks = async () => (await readBoard(ctx.redis, 'staging')).board.locks;
  return { ...reply, world, say, locks, history: () => lockHistory(ctx.redis, 'staging', 9) };
}
