import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, jest } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import { closeHouses, type House, inHouse, type Json, wordsOf } from '../support/house.ts';
import { webhookTo } from '../support/house-town.ts';
import { until } from '../support/until.ts';
import { expectGoodManners, expectGoodTrail, expectOneEndEach, shown } from '../support/house-checks.ts';
import { form, signed, slashCommand } from '../support/slack-requests.ts';
import type { Target } from '../support/target.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const CROWD = Array.from({ length: 50 }, (_, index) => `U1CROWD${index}`);
const people = CROWD.map((id) => ({ id, name: id.toLowerCase(), realName: id, timezone: 'UTC' }));
const config = { roles: { deployer: ['U0ASHA', 'U0BEN', ...CROWD] } };
const environments = (target: Target) => ({
  staging: { services: ['api', 'web'], driver: webhookTo(target) },
});

/** A house with a web role and two workers. */
function inItsHouse(title: string, work: (house: House) => Promise<void>): void {
  it.concurrent(title, () =>
    inHouse({ environments, people, config }, async (house) => {
      await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
      await work(house);
    }),
  );
}

inItsHouse('deploys once what is sent twenty times', async (house) => {
  const request = slackRequest({ text: 'staging api' });
  const twenty = () => Promise.all(Array.from({ length: 20 }, () => send(house, request)));

  const first = await twenty();
  await shown(house, 'api on staging is in progress');
  const meanwhile = await twenty();
  house.target.state = 'success';
  await shown(house, 'api on staging is live');
  const afterwards = await twenty();

  expect(
    [...first, ...meanwhile, ...afterwards].filter(([status, text]) => status !== 200 || text !== ''),
  ).toEqual([]);
  const deployments = await house.deployments();
  expect(deployments).toHaveLength(1);
  expect(house.target.starts).toHaveLength(1);
  expect(house.slack.ephemerals('U0ASHA')).toEqual([]);
  expectGoodManners(house);
  expectOneEndEach(house, deployments);
  await expectGoodTrail(house, deployments);
});

inItsHouse('lets one of two in and tells the other who runs', async (house) => {
  const asked = await Promise.all([
    house.type('U0ASHA', '/deploy staging'),
    house.type('U0BEN', '/deploy staging'),
  ]);
  expect(asked.filter(({ status, body }) => status !== 200 || body !== '')).toEqual([]);

  const [only] = await until('the deployment', async () => nonEmpty(await house.deployments()));
  const winner = String(only?.['requested_by']);
  const loser = winner === 'U0ASHA' ? 'U0BEN' : 'U0ASHA';
  const refusal = await until('the refusal', () => house.slack.ephemerals(loser)[0]);
  expect(wordsOf(refusal)).toMatch(new RegExp(`<@${winner}> deploys .*main.*since`));
  expect(wordsOf(refusal)).toContain('deployment_running');
  expect(house.slack.ephemerals(winner)).toEqual([]);

  house.target.state = 'success';
  await shown(house, 'api on staging is live');
  const api = house.github.repositories.get('acme/api');
  if (api !== undefined) addCommit(api, { message: 'The next one', branch: 'main' });
  await house.type(loser, '/deploy staging');
  await until('both ends', () => house.told().filter(({ text }) => text.endsWith('is live')).length === 2);
  const deployments = await house.deployments();
  expect(deployments.map(({ fence }) => fence)).toEqual([2, 1]);
  expect(house.target.starts.map(({ fence }) => fence)).toEqual([1, 2]);
  expectGoodManners(house);
  await expectGoodTrail(house, deployments);
});

inItsHouse('lets one of fifty in and refuses all others by name', async (house) => {
  const answers = await Promise.all(CROWD.map((user) => house.type(user, '/deploy staging')));

  expect(answers.filter(({ status, body }) => status !== 200 || body !== '')).toEqual([]);
  const winner = await until('the start', () => house.target.starts[0]);
  const refusals = () => CROWD.flatMap((user) => house.slack.ephemerals(user));
  await until('49 refusals', () => refusals().length >= 49);
  house.target.state = 'success';
  await shown(house, 'api on staging is live');

  const deployments = await house.deployments();
  expect(deployments.map(({ id }) => id)).toEqual([winner.deployment]);
  expect(house.target.starts).toHaveLength(1);
  expect(refusals()).toHaveLength(49);
  const by = String(deployments[0]?.['requested_by']);
  for (const refusal of refusals()) expect(wordsOf(refusal)).toContain(`<@${by}> deploys`);
  const { items } = (await house.get('/api/audit?limit=100')) as { items: Json[] };
  expect(
    items.filter(({ outcome, reason }) => outcome === 'refused' && reason === 'deployment_running'),
  ).toHaveLength(49);
  expectGoodManners(house);
  await expectGoodTrail(house, deployments);
});

/** A slash command as Slack would sign it now. */
function slackRequest(overrides: Record<string, string>) {
  const body = form(slashCommand({ trigger_id: randomUUID(), response_url: '', ...overrides }));
  return { body, headers: signed(body, new Date()) };
}

async function send({ url }: House, request: ReturnType<typeof slackRequest>): Promise<[number, string]> {
  const response = await fetch(`${url}/slack/events`, { method: 'POST', ...request });
  return [response.status, await response.text()];
}

function nonEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
