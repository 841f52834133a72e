import { afterEach, beforeEach, expect, it } from '@jest/globals';
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

const jobs = () =>
  baton.ctx.queued
    .filter(({ queue, id }) => queue === 'deployments' && !id.includes('wake'))
    .map(({ id }) => id);

async function failed(): Promise<string> {
  baton.target.state = 'failure';
  const id = await baton.ask('U0ASHA', sha('a'));
  await baton.bring(id);
  baton.target.state = 'success';
  return id;
}

it('deploys the very same sha once more, as a deployment of its own', async () => {
  const first = await failed();

  await baton.say('U0BEN', `deploy retry ${first}`);

  const second = jobs().at(-1) ?? '';
  expect(second).not.toBe(first);
  expect(await baton.load(second)).toMatchObject({
    sha: sha('a'),
    kind: 'retry',
    of: first,
    refKind: 'sha',
    requestedBy: 'U0BEN',
  });
  expect(await baton.bring(second)).toMatchObject({ state: 'success' });
});

it('asks all gates', async () => {
  const first = await failed();
  await baton.say('U0BEN', 'lock staging because load test');

  expect((await baton.say('U0ASHA', `deploy retry ${first}`)).words).toContain('`locked`');
  expect((await baton.say('U0CLEO', `deploy retry ${first}`)).words).toContain('`not_allowed`');
});

it('refuses what is not over, and what is live', async () => {
  const { id } = await baton.queued();
  expect((await baton.say('U0ASHA', `deploy retry ${id}`)).words).toMatch(
    /not over yet.*deployment_running/s,
  );

  baton.target.state = 'success';
  await baton.bring(id);
  expect((await baton.say('U0ASHA', `deploy retry ${id}`)).words).toContain('`already_live`');
});

it('points to resolve, and not to cancel, while nobody can tell how it ended', async () => {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  baton.target.answer = 'reset';
  await baton.look(id);
  baton.at(60);
  await baton.look(id);

  const { words } = await baton.say('U0ASHA', `deploy retry ${id}`);

  expect(words).toContain(`\`/deploy resolve ${id} ran|failed|never\``);
  expect(words).toContain('`driver_unknown`');
  expect(words).not.toContain('deploy cancel');
});

it('asks once, however often its job runs', async () => {
  const first = await failed();

  await baton.say('U0ASHA', `deploy retry ${first}`, 'same');
  await baton.say('U0ASHA', `deploy retry ${first}`, 'same');

  expect(jobs()).toHaveLength(2);
});

it.each([
  [{ environments: {} }, 'unknown_environment'],
  [{ services: { api: { repository: 'acme/other' } } }, 'ref_changed'],
])('refuses what the configuration no longer has (%j)', async (change, reason) => {
  const first = await failed();
  baton.ctx.config = { ...baton.ctx.config, ...(change as object) };

  expect((await baton.say('U0ASHA', `deploy retry ${first}`)).words).toContain(`\`${reason}\``);
});

it.each([
  ['deploy retry', /Which deployment/],
  ['deploy retry staging-nonsense', /no deployment `staging-nonsense`/],
])('answers “%s” with what is wrong', async (text, words) => {
  expect((await baton.say('U0ASHA', text)).words).toMatch(words);
});
