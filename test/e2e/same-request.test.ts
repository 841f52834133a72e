import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, jest } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import type { Item } from '../../playground/slack/workspace.ts';
import { closeHouses, type Deployment, type House, inHouse, wordsOf } from '../support/house.ts';
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
  twenty: { services: ['api'], driver: webhookTo(target), channel: 'C0MORE0' },
  two: { services: ['api'], driver: webhookTo(target), channel: 'C0MORE1' },
  fifty: { services: ['api'], driver: webhookTo(target), channel: 'C0MORE2' },
});

it('deploys once what many ask for, or one asks for often', () =>
  inHouse({ environments, people, config }, async (house) => {
    await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
    await sentTwentyTimes(house);
    await askedByTwo(house);
    await askedByFifty(house);
    expectGoodManners(house);
    await expectGoodTrail(house, await house.deployments());
  }));

async function sentTwentyTimes(house: House): Promise<void> {
  const request = slackRequest({ text: 'twenty api' });
  const twenty = () => Promise.all(Array.from({ length: 20 }, () => send(house, request)));

  const first = await twenty();
  await shown(house, 'api on twenty is in progress', 'C0MORE0');
  const meanwhile = await twenty();
  house.target.state = 'success';
  await shown(house, 'api on twenty is live', 'C0MORE0');
  const afterwards = await twenty();

  expect(
    [...first, ...meanwhile, ...afterwards].filter(([status, text]) => status !== 200 || text !== ''),
  ).toEqual([]);
  const deployments = await house.deployments();
  expect(deployments).toHaveLength(1);
  expect(house.target.starts).toHaveLength(1);
  expectOneEndEach(house, deployments);
  house.target.state = 'in_progress';
}

/** One is let in, and the other is told who runs. */
async function askedByTwo(house: House): Promise<void> {
  const asked = await Promise.all([house.type('U0ASHA', '/deploy two'), house.type('U0BEN', '/deploy two')]);
  expect(asked.filter(({ status, body }) => status !== 200 || body !== '')).toEqual([]);

  const [only] = await until('the deployment', async () => nonEmpty(await deploymentsTo(house, 'two')));
  const winner = String(only?.['requested_by']);
  const loser = winner === 'U0ASHA' ? 'U0BEN' : 'U0ASHA';
  const refusal = await until('the refusal', () => refusalsOf(house, loser)[0]);
  expect(wordsOf(refusal)).toMatch(new RegExp(`<@${winner}> deploys .*main.*since`));
  expect(wordsOf(refusal)).toContain('deployment_running');
  expect(refusalsOf(house, winner)).toEqual([]);

  house.target.state = 'success';
  await shown(house, 'api on two is live', 'C0MORE1');
  const api = house.github.repositories.get('acme/api');
  if (api !== undefined) addCommit(api, { message: 'The next one', branch: 'main' });
  await house.type(loser, '/deploy two');
  const ends = () => house.told('C0MORE1').filter(({ text }) => text.endsWith('is live'));
  await until('both ends', () => ends().length === 2);
  expect((await deploymentsTo(house, 'two')).map(({ fence }) => fence)).toEqual([2, 1]);
  expect(startsOn(house, 'two').map(({ fence }) => fence)).toEqual([1, 2]);
  house.target.state = 'in_progress';
}

/** One is let in, and all others are refused by name. */
async function askedByFifty(house: House): Promise<void> {
  const answers = await Promise.all(CROWD.map((user) => house.type(user, '/deploy fifty')));

  expect(answers.filter(({ status, body }) => status !== 200 || body !== '')).toEqual([]);
  const winner = await until('the start', () => startsOn(house, 'fifty')[0]);
  const refusals = () => CROWD.flatMap((user) => refusalsOf(house, user));
  await until('49 refusals', () => refusals().length >= 49);
  house.target.state = 'success';
  await shown(house, 'api on fifty is live', 'C0MORE2');

  const deployments = await deploymentsTo(house, 'fifty');
  expect(deployments.map(({ id }) => id)).toEqual([winner.deployment]);
  expect(startsOn(house, 'fifty')).toHaveLength(1);
  expect(refusals()).toHaveLength(49);
  const by = String(deployments[0]?.['requested_by']);
  for (const refusal of refusals()) expect(wordsOf(refusal)).toContain(`<@${by}> deploys`);
  const entries = (await house.list('/api/audit')).filter(({ subject }) => subject === 'fifty/api');
  expect(
    entries.filter(({ outcome, reason }) => outcome === 'refused' && reason === 'deployment_running'),
  ).toHaveLength(49);
}

async function deploymentsTo(house: House, name: string): Promise<readonly Deployment[]> {
  return (await house.deployments()).filter(({ environment }) => environment === name);
}

function startsOn({ target }: House, name: string): Target['starts'] {
  return target.starts.filter(({ environment }) => environment === name);
}

/** Where the news goes is another channel than this one, and so each is told of their own. */
function refusalsOf(house: House, user: string): readonly Item[] {
  return house.slack.ephemerals(user).filter((item) => wordsOf(item).includes('deployment_running'));
}

/** A slash command as Slack would sign it now. */
function slackRequest(overrides: Record<string, string>) {
  const body = form(slashCommand({ trigger_id: randomUUID(), response_url: '', ...overrides }));
  return { body, headers: signed(body, new Date()) };
}

async function send({ url }: House, request: ReturnType<typeof slackRequest>): Promise<[number, string]> {
  const response = await fetch(`${url}/slack/events`, { method: 'POST', ...request });
  return [response.status, await response.text()];
}

function nonEmpty<Value>(items: readonly Value[]): readonly Value[] | undefined {
  return items.length === 0 ? undefined : items;
}
