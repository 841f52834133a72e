import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { recordResult } from '../../src/deployments/result.ts';
import { findLive, listLeases } from '../../src/deployments/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { closeContexts } from '../support/context.ts';
import { type Running, running, sha } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running();
});

afterEach(async () => {
  closeContexts();
  await baton.close();
});

const leased = async () => (await listLeases(baton.ctx.redis, 'staging')).has('api');
const live = async () => (await findLive(baton.ctx.redis, 'staging', 'api'))?.sha;

/** Its start went out, no answer came back, and nothing can be looked up. */
async function lost(): Promise<string> {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  baton.target.answer = 'reset';
  await baton.look(id);
  baton.at(60);
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ state: 'unknown', reason: 'driver_unknown' });
  return id;
}

it('is asked for on the message, and once in the channel of those who are asked', async () => {
  const id = await lost();

  const message = JSON.stringify(deploymentView(await baton.load(id)));
  for (const how of ['ran', 'failed', 'never']) expect(message).toContain(`deploy resolve ${id} ${how}`);
  const notices = baton.ctx.queued.filter(({ id: job }) => job === `${id}-lost`);
  expect(notices).toHaveLength(1);
  expect(JSON.stringify(notices[0]?.data)).toMatch(/<@U0ASHA> <@U0BEN> <@U0DANA>.*please look at the target/);
});

it.each([
  { how: 'ran', state: 'success', reason: null, isLive: true, says: 'is live' },
  { how: 'failed', state: 'failure', reason: 'driver_failed', isLive: false, says: 'failed' },
  { how: 'never', state: 'failure', reason: 'driver_failed', isLive: false, says: 'failed' },
])(
  'ends it by one deployer’s word where no approvals are asked for: $how',
  async ({ how, isLive, says, ...end }) => {
    const id = await lost();

    const reply = await baton.say('U0BEN', `deploy resolve ${id} ${how}`);

    expect(reply.words).toContain('That settles it');
    expect(reply.words).toContain(says);
    expect(await baton.load(id)).toMatchObject({ ...end, runOver: true });
    expect(await leased()).toBe(false);
    expect((await live()) === sha('b')).toBe(isLive);
    expect(JSON.stringify(deploymentView(await baton.load(id)))).toContain('<@U0BEN> says that it');
  },
);

it.each([
  { how: 'failed', disturbed: true },
  { how: 'never', disturbed: false },
])('what was live before may be half overwritten after “$how”: $disturbed', async ({ how, disturbed }) => {
  const first = await baton.ask('U0ASHA', sha('a'));
  baton.target.state = 'success';
  await baton.bring(first);
  const id = await lost();

  await baton.say('U0BEN', `deploy resolve ${id} ${how}`);

  expect(await findLive(baton.ctx.redis, 'staging', 'api')).toMatchObject({ sha: sha('a'), disturbed });
});

it('is what others are told to do who meet it, and not to wait and see', async () => {
  const id = await lost();

  const refused = await baton.say('U0BEN', `deploy staging api@${sha('c')}`);
  const status = await baton.say('U0BEN', 'deploy status staging');
  const why = await baton.say('U0BEN', 'deploy why staging');

  expect(refused.words).toContain('nobody can tell how that ended');
  expect(refused.words).toContain(`deploy resolve ${id} ran|failed|never`);
  expect(refused.words).not.toContain('shows how far it is');
  expect(status.words).toContain(':warning: <@U0ASHA> deploys `main`');
  expect(why.words).toMatch(/nobody can tell how that ended.*Deployers can: <@U0ASHA>, <@U0BEN>/);
});

describe('where approvals are asked for', () => {
  /** The rule that counts is the one in force when somebody says something. */
  async function lostWithApprovals(): Promise<string> {
    const id = await lost();
    const { staging } = baton.ctx.config.environments;
    if (staging === undefined) throw new Error('no staging');
    baton.ctx.config = { ...baton.ctx.config, environments: { staging: { ...staging, approvals: 1 } } };
    return id;
  }

  it('takes two people who say the same', async () => {
    const id = await lostWithApprovals();

    const first = await baton.say('U0ASHA', `deploy resolve ${id} ran`);
    expect(first.words).toContain(
      '1 more must say the same, and *api* stays blocked on *staging* until then.',
    );
    await baton.say('U0ASHA', `deploy resolve ${id} ran`);
    expect(await baton.load(id)).toMatchObject({ state: 'unknown' });
    expect(await leased()).toBe(true);

    await baton.say('U0BEN', `deploy resolve ${id} ran`);
    expect(await baton.load(id)).toMatchObject({ state: 'success' });
    expect(await leased()).toBe(false);
  });

  it('takes nobody’s second account for a second person', async () => {
    const { people } = baton.ctx.config;
    const twin = { name: 'Asha', slack: 'U0DANA', github: 'asha-k' };
    baton.ctx.config = { ...baton.ctx.config, people: [...people, twin] };
    const id = await lostWithApprovals();

    await baton.say('U0ASHA', `deploy resolve ${id} ran`);
    await baton.say('U0DANA', `deploy resolve ${id} ran`);

    expect(await baton.load(id)).toMatchObject({ state: 'unknown' });
  });

  it('tells that they disagree, and a third one decides', async () => {
    const id = await lostWithApprovals();

    await baton.say('U0ASHA', `deploy resolve ${id} ran`);
    const second = await baton.say('U0BEN', `deploy resolve ${id} never`);

    expect(second.words).toContain('Others say something else');
    expect(await leased()).toBe(true);
    const message = JSON.stringify(deploymentView(await baton.load(id)));
    expect(message).toContain('<@U0ASHA> says that it ran; <@U0BEN> says that it never started');
    expect(message).toContain('They do not agree');
    await baton.say('U0DANA', `deploy resolve ${id} never`);
    expect(await baton.load(id)).toMatchObject({
      state: 'failure',
      summary: expect.stringContaining('never started'),
    });
  });

  it('counts what somebody says last', async () => {
    const id = await lostWithApprovals();
    await baton.say('U0ASHA', `deploy resolve ${id} ran`);

    await baton.say('U0ASHA', `deploy resolve ${id} failed`);
    await baton.say('U0BEN', `deploy resolve ${id} failed`);

    expect(await baton.load(id)).toMatchObject({ state: 'failure' });
  });

  it('ends once when both say it at the same moment', async () => {
    const id = await lostWithApprovals();

    await Promise.all([
      baton.say('U0ASHA', `deploy resolve ${id} ran`),
      baton.say('U0BEN', `deploy resolve ${id} ran`),
    ]);

    expect(await baton.load(id)).toMatchObject({ state: 'success' });
    const { items } = await listAudit(baton.ctx.redis, { limit: 20 });
    const ends = items.filter((entry) => 'action' in entry && entry.action === 'deployment ended');
    expect(ends).toHaveLength(1);
  });

  it('believes the target before all people', async () => {
    const id = await lostWithApprovals();
    await baton.say('U0ASHA', `deploy resolve ${id} never`);

    await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'success' });
    const reply = await baton.say('U0BEN', `deploy resolve ${id} never`);

    expect(reply.words).toContain('its word counts');
    await baton.bring(id);
    expect(await baton.load(id)).toMatchObject({ state: 'success' });
  });
});

it('believes a target that says that it still runs, also when its time is over', async () => {
  const { id } = await baton.queued();
  await baton.look(id);
  baton.at(3_700);
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ state: 'failure', reason: 'timed_out', runOver: false });

  const reply = await baton.say('U0BEN', `deploy resolve ${id} failed`);

  expect(reply.words).toContain('its word counts');
  expect(await leased()).toBe(true);
});

it('is asked for by whoever meets what timed out', async () => {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  await baton.look(id);
  baton.at(3_600);
  await baton.look(id);

  const { words } = await baton.say('U0BEN', `deploy staging api@${sha('c')}`);

  expect(words).toContain('its time is over, and its run may go on');
  expect(words).toContain(`deploy resolve ${id}`);
});

it('frees what timed out and of which nobody tells any more', async () => {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  await baton.look(id);
  baton.at(3_700);
  await baton.look(id);
  expect(await leased()).toBe(true);

  await baton.say('U0BEN', `deploy resolve ${id} ran`);

  expect(await baton.load(id)).toMatchObject({ state: 'failure', reason: 'timed_out', lateEnd: 'success' });
  expect(await leased()).toBe(false);
  expect(await live()).toBe(sha('b'));
});

it('is for deployers, and only where it is asked', async () => {
  const id = await lost();
  expect((await baton.say('U0CLEO', `deploy resolve ${id} ran`)).words).toContain('`not_allowed`');
  await baton.say('U0BEN', `deploy resolve ${id} ran`);

  expect((await baton.say('U0ASHA', `deploy resolve ${id} failed`)).words).toMatch(/it is over.*is live/);
  const { id: runs } = await baton.queued();
  expect((await baton.say('U0ASHA', `deploy resolve ${runs} ran`)).words).toMatch(/nobody has to say/);
});

it('says the same when its job runs again', async () => {
  const id = await lost();
  await baton.say('U0BEN', `deploy resolve ${id} ran`, 'same');

  expect((await baton.say('U0BEN', `deploy resolve ${id} ran`, 'same')).words).toContain('That settles it');
});

it.each([
  ['deploy resolve', /Which deployment/],
  ['deploy resolve ID', /What happened at the target/],
  ['deploy resolve ID fialed', /`fialed` is not an answer.*deploy resolve \S+ failed/s],
])('answers “%s” with what is wrong', async (text, words) => {
  const id = await lost();

  expect((await baton.say('U0BEN', text.replace('ID', id))).words).toMatch(words);
});
