import { afterEach, expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

it('says that nothing has been deployed yet, anywhere or there', async () => {
  const { say } = baton();

  expect((await say('U0CLEO', 'deploy history')).words).toBe(
    'Nothing has been deployed or locked anywhere yet.',
  );
  expect((await say('U0CLEO', 'deploy history staging')).words).toBe(
    'Nothing has been deployed or locked on staging yet.',
  );
});

it('lists the newest first, with who, what, how long it took and why it ended', async () => {
  const { add, say } = baton();
  await add(0, { state: 'success', startedAt: minute(1), endedAt: minute(3) });
  const failed = await add(5, { state: 'failure', reason: 'driver_failed', requestedBy: 'U0BEN', ref: 'v2' });

  const reply = await say('U0CLEO', 'deploy history staging');

  expect(reply).toMatchObject({ to: 'caller', text: 'The last deployments and locks on staging' });
  const [, newest = '', oldest = ''] = reply.words.split(/\n(?=:)/);
  expect(newest).toContain(':x: *api* on *staging*: `v2` at `bbbbbbb` Make it faster');
  expect(newest).toContain('<@U0BEN>');
  expect(newest).toContain(`\`driver_failed\` · \`${failed.id}\``);
  expect(oldest).toContain(':white_check_mark:');
  expect(oldest).toContain(', took 2 min');
});

it('lists ten over all environments, and only those of the one that is named', async () => {
  const { add, say } = baton();
  for (let at = 0; at < 12; at += 1) {
    await add(at, { environment: at % 2 === 0 ? 'staging' : 'production', ref: `v${at}` });
  }

  const everywhere = (await say('U0CLEO', 'deploy history')).words;
  expect(everywhere.match(/`v\d+`/g)).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((version) => `\`v${version}\``),
  );
  const there = (await say('U0CLEO', 'deploy history production')).words;
  expect(there.match(/`v\d+`/g)).toEqual([11, 9, 7, 5, 3, 1].map((version) => `\`v${version}\``));
});

it('tells what became of locks: who, what, when, until when and why', async () => {
  const { add, ctx, say } = baton();
  await add(-1);
  await say('U0ASHA', 'lock staging for 2h because load test');
  ctx.now = () => minute(1);
  await say('U0BEN', 'lock staging --steal because outage');
  ctx.now = () => minute(2);
  await say('U0ASHA', 'lock staging --wait');
  await say('U0BEN', 'unlock staging because done');
  await say('U0BEN', 'lock all because database upgrade');

  const { words } = await say('U0CLEO', 'deploy history staging');

  const lines = words.split('\n').filter((line) => line.startsWith(':'));
  expect(lines.slice(-4)).toEqual([
    ':lock: <@U0ASHA> stood in the line for *staging*',
    ':lock: <@U0BEN> stole *staging* from <@U0ASHA>: “outage”',
    ':lock: <@U0ASHA> locked *staging*: “load test”',
    ':hourglass: *api* on *staging*: `main` at `bbbbbbb` Make it faster',
  ]);
  expect(lines.slice(0, -4).toSorted()).toEqual([
    ':lock: <@U0BEN> locked *every environment*: “database upgrade”',
    ':lock: <@U0BEN> unlocked *staging*: “done”',
    ':lock: The turn of <@U0ASHA> came on *staging*',
  ]);
  expect(words).toContain(`<!date^${minute(0).getTime() / 1_000}^`);
  expect(words).toContain(` · until <!date^${minute(120).getTime() / 1_000}^`);
});

it('tells of locks where nothing was ever deployed, whether the environment is named or not', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  for (const typed of ['deploy history', 'deploy history staging']) {
    expect((await say('U0CLEO', typed)).words).toContain('<@U0ASHA> locked *staging*: “load test”');
  }
});

it('still lists an environment that has left the configuration', async () => {
  const { add, say } = baton();
  await add(0, { environment: 'gone' });

  expect((await say('U0CLEO', 'deploy history')).words).toContain('*api* on *gone*');
});

it('names the nearest environment when there is none of that name', async () => {
  const { say } = baton();

  const reply = await say('U0CLEO', 'deploy history prodution');

  expect(reply.words).toContain('There is no environment `prodution`');
  expect(reply.words).toContain('`/deploy history production`');
});

function minute(at: number): Date {
  return new Date(NOON.getTime() + at * 60_000);
}

function baton() {
  const ctx = testContext();
  /** A deployment that was asked for at that minute and has left its lease. */
  const add = async (at: number, overrides: Partial<Deployment> = {}) => {
    const created = await createDeployment(ctx.redis, wanted({ createdAt: minute(at), ...overrides }));
    if (created.kind === 'leased') throw new Error('leased');
    return replaceDeployment(ctx.redis, created.deployment, created.deployment, { freeLease: true });
  };
  return { add, ctx, say: speaker(ctx) };
}
