import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, jest } from '@jest/globals';
import type { Fault } from '../../playground/slack/server.ts';
import type { Item } from '../../playground/slack/workspace.ts';
import { closeHouses, type House, inHouse, wordsOf } from '../support/house.ts';
import { webhookTo } from '../support/house-town.ts';
import { until } from '../support/until.ts';
import { expectGoodManners, expectGoodTrail, shown } from '../support/house-checks.ts';
import type { Target } from '../support/target.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const SLOW_MS = [100, 1_000, 1_600, 1_750, 1_900, 2_400];

type Faults = readonly (readonly [method: string, fault: Fault, times: number])[];

/** It knows nobody at first; breaks off, hangs or fails at the first posts; or has trouble with edits. */
const TROUBLE: readonly Faults[] = [
  [['users.info', 'error', 2]],
  [['chat.postMessage', 'reset', 1]],
  [['chat.postMessage', 'hang', 1]],
  [['chat.postMessage', 'error', 2]],
  [
    ['chat.update', 'error', 2],
    ['chat.update', 'hang', 1],
    ['chat.update', 'reset', 1],
  ],
];

const environments = (target: Target) => ({
  staging: { services: ['api'], driver: webhookTo(target) },
  production: { services: ['api'], driver: webhookTo(target), channel: 'C0PROD' },
  ...Object.fromEntries(
    SLOW_MS.map((_, index) => [`slow${index}`, { services: ['api'], driver: webhookTo(target) }]),
  ),
  ...Object.fromEntries(
    TROUBLE.map((_, index) => [`trouble${index}`, { services: ['api'], driver: webhookTo(target) }]),
  ),
});

function inItsHouse(title: string, work: (house: House) => Promise<void>): void {
  it.concurrent(title, () => inHouse({ environments }, work));
}

const NOTHING_DONE = /nothing was done/;

for (const { what, breakIt, mendIt } of [
  {
    what: 'hangs',
    breakIt: async ({ redis }: House) => void process.kill(redis.pid, 'SIGSTOP'),
    mendIt: async ({ redis }: House) => void process.kill(redis.pid, 'SIGCONT'),
  },
  {
    what: 'is down',
    breakIt: ({ redis }: House) => redis.kill(),
    mendIt: (house: House) => house.restartRedis(),
  },
]) {
  inItsHouse(`tells within 3 s that nothing was done when Redis ${what}, and does nothing`, async (house) => {
    await Promise.all([house.start('web'), house.start('worker')]);
    await house.type('U0ASHA', '/lock staging because load test');
    const locked = await until('the news of the lock', () => house.told().find(buttonOf));
    await breakIt(house);

    const typed = [
      await house.type('U0ASHA', '/deploy production'),
      await house.type('U0BEN', '/deploy production'),
      await house.type('U0BEN', '/lock production'),
    ];
    const button = { channel: locked.channel, ts: locked.ts, actionId: buttonOf(locked) ?? '' };
    const click = () => house.slack.click({ user: 'U0ASHA', ...button });
    const clicked = [await click(), await click()];

    for (const { status, body } of typed) {
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ response_type: 'ephemeral' });
      expect(body).toMatch(NOTHING_DONE);
    }
    expect(clicked.map(({ status }) => status)).toEqual([200, 200]);
    // One of them, so that the other tests on this machine cannot spoil it.
    expect(Math.min(...typed.map(({ ms }) => ms))).toBeLessThan(3_000);
    expect(Math.min(...clicked.map(({ ms }) => ms))).toBeLessThan(3_000);
    await until(
      'the words for the click',
      () => house.slack.ephemerals('U0ASHA').filter(({ text }) => NOTHING_DONE.test(text))[1],
    );

    await mendIt(house);
    house.target.state = 'success';
    await until('another command to work', async () => {
      await house.type('U0BEN', '/deploy staging --dry-run');
      return house.slack.ephemerals('U0BEN').find(({ text }) => /dry run|would/i.test(text));
    });
    await sleep(8_000);
    expect(await house.get('/api/deployments')).toMatchObject({ items: [] });
    expect(await house.get('/api/locks')).toMatchObject({ items: [{ scope: 'staging', holder: 'U0ASHA' }] });
    expect(house.target.starts).toEqual([]);
    expect(house.told('C0PROD')).toEqual([]);
    expectGoodManners(house);
  });
}

inItsHouse('does what it answers, and only that, when Redis is slow', async (house) => {
  await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
  house.target.state = 'success';

  const taken: string[] = [];
  for (const [index, ms] of SLOW_MS.entries()) {
    process.kill(house.redis.pid, 'SIGSTOP');
    const answering = house.type('U0ASHA', `/deploy slow${index}`);
    await sleep(ms);
    process.kill(house.redis.pid, 'SIGCONT');
    const { status, body } = await answering;
    expect(status).toBe(200);
    if (body === '') taken.push(`slow${index}`);
    else expect(body).toMatch(NOTHING_DONE);
    await until('Redis to answer again', async () => (await fetch(`${house.url}/readyz`)).ok);
  }

  await until('the ends', async () => {
    const deployments = await house.deployments();
    return deployments.filter(({ state }) => state === 'success').length >= taken.length;
  });
  await sleep(8_000);
  const deployments = await house.deployments();
  expect(deployments.map(({ environment }) => environment).toSorted()).toEqual(taken);
  expect(house.target.starts).toHaveLength(taken.length);
  expectGoodManners(house);
  await expectGoodTrail(house, deployments);
});

inItsHouse('does not hold up one channel because Slack limits another', async (house) => {
  await Promise.all([house.start('web'), house.start('worker')]);
  house.target.state = 'success';
  house.slack.limitChannel('C0STG', 12);

  await house.type('U0ASHA', '/deploy staging');
  await house.type('U0BEN', '/deploy production');

  await shown(house, 'api on production is live', 'C0PROD');
  expect(house.told('C0STG')).toEqual([]);
  await shown(house, 'api on staging is live');
  expect(house.told('C0STG')).toHaveLength(1);
  expectGoodManners(house);
});

inItsHouse('shows the end once however Slack fails meanwhile', async (house) => {
  await Promise.all([house.start('web'), house.start('worker')]);
  for (const [index, faults] of TROUBLE.entries()) {
    const environment = `trouble${index}`;
    const channel = `C0MORE${index}`;
    house.target.state = 'in_progress';
    for (const [method, fault, times] of faults) house.slack.fail(method, fault, times);

    await house.type('U0ASHA', `/deploy ${environment}`, channel);
    await until('the start', () => house.starts(environment) === 1);
    await sleep(2_000);
    house.target.state = 'success';

    const seen = () =>
      [...house.told(channel), ...house.slack.directMessages('U0ASHA')].filter(about(environment));
    await until('the end to be seen', () => seen().find(({ text }) => text.endsWith('is live')));
    await sleep(2_000);
    expect(seen().filter((item) => wordsOf(item).includes('is live'))).toHaveLength(1);
    for (const state of ['is queued', 'is in progress']) {
      expect(seen().filter((item) => everSaid(item, state)).length).toBeLessThanOrEqual(1);
    }
  }
  expect(house.target.starts).toHaveLength(TROUBLE.length);
  expectGoodManners(house);
  await expectGoodTrail(house, await house.deployments());
});

function about(environment: string): (item: Item) => boolean {
  return (item) => wordsOf(item).includes(environment);
}

function everSaid({ text, edits }: Item, words: string): boolean {
  return [text, ...edits.map((edit) => edit.text)].some((said) => said.includes(words));
}

/** The action of the first button of a message. */
function buttonOf({ blocks }: Item): string | undefined {
  return /"action_id":"(command:[^"]+)"/.exec(JSON.stringify(blocks))?.[1];
}
