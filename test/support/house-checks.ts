import { expect } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Item } from '../../playground/slack/workspace.ts';
import { verifyAudit } from '../../src/audit/store.ts';
import type { Deployment, House } from './house.ts';
import { CHANNELS } from './house-town.ts';
import { until } from './until.ts';

/** Waits for the message of a deployment that says this; gives all that it shows. */
export async function shown(house: House, text: string, channel = 'C0STG'): Promise<Item> {
  return until(`a message that says “${text}”`, () => house.told(channel).find((item) => item.text === text));
}

/** What GitHub knows of the deployments is what became of them, in the right order. */
export async function expectReported(house: House, deployments: readonly Deployment[]): Promise<void> {
  const twinOf = ({ environment, sha }: Deployment) =>
    [...house.github.repositories.values()]
      .flatMap((repository) => repository.deployments)
      .filter((one) => one.environment === environment && one.sha === sha);
  for (const deployment of deployments) {
    const { state } = deployment;
    await until(`GitHub to know of ${deployment.id}`, () =>
      twinOf(deployment).some(({ statuses }) => statuses.at(-1)?.state === state),
    );
    expect(twinOf(deployment)).toHaveLength(1);
    const states = twinOf(deployment)[0]?.statuses.map((status) => status.state) ?? [];
    expect(['queued', 'in_progress', state].filter((one) => states.includes(one))).toEqual(states);
  }
}

/** Nothing that Slack, GitHub or the target object to; messages that only went forward; logs that can be read. */
export function expectGoodManners(house: House): void {
  const { slack, github, target, processes } = house;
  expect({ slack: slack.violations, github: github.violations, target: target.violations }).toEqual({
    slack: [],
    github: [],
    target: [],
  });
  for (const { edits, text } of CHANNELS.flatMap(({ id }) => house.told(id))) {
    const ranks = [...edits, { text }].map((one) => rankOf(one.text)).filter((rank) => rank >= 0);
    expect(ranks).toEqual(ranks.toSorted((one, other) => one - other));
  }
  const servers = processes.filter(({ name }) => /^(web|worker) /.test(name));
  const lines = servers.flatMap((role) => role.lines).filter((line) => !line.startsWith('Baton ('));
  expect(lines.filter((line) => !line.startsWith('{"level":'))).toEqual([]);
}

/**
 * Each deployment has one message, or besides it one that stopped early: Slack has no way to ask after a message
 * whose sender died, so the next state is posted anew.
 */
export function expectOneEndEach(house: House, deployments: readonly Deployment[], earlier = 0): void {
  const messages = CHANNELS.flatMap(({ id }) => house.told(id));
  for (const { id } of deployments) {
    const own = messages.filter(({ blocks }) => JSON.stringify(blocks).includes(`\`${id}\``));
    expect(own.filter(({ text }) => rankOf(text) === STATES.length - 1)).toHaveLength(1);
    expect(own.length).toBeLessThanOrEqual(1 + earlier);
  }
}

/** The chain is whole, and each deployment was accepted once and ended once. */
export async function expectGoodTrail(house: House, deployments: readonly Deployment[]): Promise<void> {
  const told = async (outcomes: readonly string[], action: string) => {
    const entries = await house.list('/api/audit');
    return entries
      .filter((entry) => entry['action'] === action && outcomes.includes(String(entry['outcome'])))
      .map((entry) => String(entry['subject']))
      .toSorted();
  };
  const ends = () => told(['succeeded', 'failed'], 'deployment ended');
  // A worker that died after it had saved the end has another one tell the trail, later than Slack.
  await until('the ends to be in the trail', async () => (await ends()).length >= deployments.length);
  const ids = deployments.map(({ id }) => id).toSorted();
  expect(await told(['accepted'], 'deploy')).toEqual(ids);
  expect(await ends()).toEqual(ids);
  const redis = new Redis({ path: house.redis.socket });
  expect(await verifyAudit(redis).finally(() => redis.disconnect())).toMatchObject({ ok: true });
}

function rankOf(text: string): number {
  return STATES.findIndex((words) => words.test(text));
}

const STATES = [
  /is queued$/,
  /is in progress$/,
  /is in an unknown state$/,
  /is live$|failed$|was cancelled$/,
];
