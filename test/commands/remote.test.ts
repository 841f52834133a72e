import { afterEach, expect, it } from '@jest/globals';
import { close } from '../../playground/github/news.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { testConfig } from '../support/config.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld, type RemoteWorld } from '../support/remote-world.ts';
import { speaker } from '../support/say.ts';
import { listEnvironments } from '../../src/web/environments.ts';

const open: RemoteWorld[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ target }) => target.close()));
  closeContexts();
  await closeGitHubs();
});

it('brings a pull request up with its label, and takes both away', async () => {
  const { world, say } = await house();
  const pr = world.add(12);

  expect((await say('U0ASHA', 'remote api#12 up')).words).toContain('is being brought up');
  await world.settle();
  expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
  expect((await say('U0CLEO', 'remote api#12 status')).words).toContain('is live');

  expect((await say('U0BEN', 'remote api#12 down')).words).toContain('is being torn down');
  await world.settle();
  expect(pr.labels).toEqual([]);
  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down']);
  expect(world.comments()[0]).toContain('because somebody asked for it in Slack');
});

it('does the same when the command runs twice', async () => {
  const { world, say } = await house();
  world.add(12);

  await say('U0ASHA', 'remote api#12 up', 'one');
  await world.settle();
  await say('U0ASHA', 'remote api#12 up', 'one');
  await world.settle();

  expect(world.actions()).toHaveLength(1);
});

it('is brought up again by a label that is put on after it was taken down', async () => {
  const { world, say } = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  await say('U0BEN', 'remote api#12 down');
  await world.settle();

  await world.label(pr);
  await world.settle();

  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down', 'deploy']);
  expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
});

it.each([
  { typed: 'remote', says: 'Which pull request?' },
  { typed: 'remote api', says: 'is not a service and the number' },
  { typed: 'remote api#12 upp', says: 'it is up, down or status' },
  { typed: 'remote shop#12 up', says: 'have no environment of their own' },
  { typed: 'remote api#99 up', says: 'There is no pull request #99' },
  { typed: 'remote api#13 up', says: '`fork_refused`' },
  { typed: 'remote api#14 up', says: '`ref_not_found`' },
  { typed: 'remote api#15 up', says: 'is a draft' },
  { typed: 'remote api#12 down', says: 'has no environment of its own' },
  { typed: 'deploy pr-12', says: '`unknown_environment`' },
])('explains what is wrong with “$typed”', async ({ typed, says }) => {
  const { world, say } = await house();
  world.add(12);
  world.add(13, { from: 'deleted' });
  close(world.api, world.add(14));
  world.add(15, { draft: true });

  expect((await say('U0ASHA', typed)).words).toContain(says);
  expect(world.actions()).toEqual([]);
});

it.each(['deploy pr-12', 'deploy why pr-12', 'deploy rollback pr-12 api'])(
  'names the way to a pull request’s own environment for “%s”',
  async (typed) => {
    const { world, say } = await house();
    await world.label(world.add(12));
    await world.settle();

    const reply = await say('U0ASHA', typed);

    expect(reply.words).toContain('`pr-12` follows its pull request');
    expect(reply.words).toContain('`/remote api#12 up`');
  },
);

it('names and offers the same when it has failed', async () => {
  const { world, say } = await house();
  const pr = world.add(12);
  world.target.answer = { status: 200, body: { state: 'failure' } };
  await say('U0ASHA', 'remote api#12 up');
  await world.settle();
  const { items } = await listDeployments(world.ctx.redis, { environments: ['pr-12'], limit: 1 });
  const [failed] = items;
  if (failed === undefined) throw new Error('nothing was deployed');

  const shown = JSON.stringify(deploymentView(failed));
  expect(shown).toContain('type `/remote api#12 up` again');
  expect(shown).toContain('"value":"remote api#12 up"');
  expect((await say('U0ASHA', `deploy retry ${failed.id}`)).words).toContain('follows its pull request');

  world.target.answer = { status: 200, body: { state: 'success' } };
  await say('U0ASHA', 'remote api#12 up');
  await world.settle();
  expect(pr.labels).toContain('remote-deploy: live');
});

it.each(['up', 'down'])('lets nobody but deployers bring one %s', async (verb) => {
  const { world, say } = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();

  expect((await say('U0CLEO', `remote api#12 ${verb}`)).words).toContain('`not_allowed`');
  await world.settle();
  expect(world.actions()).toHaveLength(1);
});

it('says so where there are no remote deploys', async () => {
  const { world, say } = await house();
  world.ctx.config = testConfig();

  expect((await say('U0ASHA', 'remote api#12 up')).words).toContain('There are no remote deploys here');
});

it('shows what is up in the status, on the page, and its lock in the list', async () => {
  const { world, say } = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  await say('U0BEN', 'lock pr-12 because load test');

  expect((await say('U0CLEO', 'deploy status')).words).toContain('*pr-12*');
  expect((await say('U0CLEO', 'deploy status pr-12')).words).toContain(pr.head.slice(0, 7));
  expect((await say('U0CLEO', 'lock')).words).toContain('pr-12');
  const shown = (await listEnvironments(world.ctx)).find(({ name }) => name === 'pr-12');
  expect(shown?.services).toMatchObject([{ name: 'api', live: { sha: pr.head } }]);

  await say('U0BEN', 'unlock all');
  await world.unlabel(pr);
  await world.settle();
  expect((await say('U0CLEO', 'deploy status')).words).not.toContain('*pr-12*');
  expect((await say('U0CLEO', 'lock')).words).not.toContain('pr-12');
  expect((await listEnvironments(world.ctx)).map(({ name }) => name)).not.toContain('pr-12');
});

async function house() {
  const world = await remoteWorld();
  open.push(world);
  return { world, say: speaker(world.ctx), at: NOON };
}
