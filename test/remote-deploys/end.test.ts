import { afterEach, expect, it } from '@jest/globals';
import { close } from '../../playground/github/news.ts';
import { listAudit } from '../../src/audit/store.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld, type RemoteWorld } from '../support/remote-world.ts';
import { speaker } from '../support/say.ts';

const open: RemoteWorld[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ target }) => target.close()));
  closeContexts();
  await closeGitHubs();
});

it('asks four hours before its time is over, then takes it away with its label', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle(67 * 3_600);
  expect(world.comments()[0]).not.toContain('Is it still needed?');

  await world.settle(2 * 3_600);
  expect(world.comments()[0]).toContain('Is it still needed?');
  expect(world.comments()[0]).toContain('/remote api#12 up');

  world.target.answer = { status: 202 };
  await world.settle(3 * 3_600 + 60);
  expect(pr.labels).toEqual(['remote-deploy: deploying']);
  expect(world.comments()[0]).toContain('**Being torn down**, because its time was over.');
  expect(world.comments()[0]).not.toContain('**Deploying**');
  const { text } = await speaker(world.ctx)('U0BEN', 'remote api#12 status');
  expect(text).toBe('api#12 is being torn down');
  await world.look(); // GitHub tells that the label has come off
  await world.settle();
  world.target.state = 'success';
  await world.settle(120);
  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down']);
  expect(pr.labels).toEqual([]);
  expect(world.comments()[0]).toContain('because its time was over');
  const { items } = await listAudit(world.ctx.redis, { limit: 20 });
  expect(items).toContainEqual(
    expect.objectContaining({ action: 'remote down', subject: 'pr-12/api', outcome: 'expired' }),
  );

  await world.label(pr);
  await world.settle(120);
  expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
});

it('keeps it when somebody asks for it again', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle(70 * 3_600);

  await speaker(world.ctx)('U0BEN', 'remote api#12 up');
  await world.settle(60 * 3_600);

  expect(world.actions()).toHaveLength(1);
  expect(pr.labels).toContain('remote-deploy: live');
});

it('tears down what a closed pull request has up, and brings it back when it is opened again', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();

  close(world.api, pr);
  await world.look();
  await world.settle();
  expect(world.comments()[0]).toContain('because the pull request was closed');

  pr.state = 'open';
  await world.look();
  await world.settle();
  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down', 'deploy']);
});

it('ends a run that goes on before it tears down', async () => {
  const world = await house();
  world.target.answer = { status: 202 };
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();

  await world.unlabel(pr);
  await world.settle();
  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'cancel']);
  expect(pr.labels).toEqual(['remote-deploy: deploying']);

  world.target.state = 'success';
  await world.settle(120);
  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'cancel', 'down']);
  expect(pr.labels).toEqual([]);
});

it('tries a teardown that fails again, says so, and stops after five', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  world.target.answer = { status: 200, body: { state: 'failure', description: 'disk is stuck' } };

  await world.unlabel(pr);
  await world.settle();
  expect(pr.labels).toEqual(['remote-deploy: failed']);
  expect(world.comments()[0]).toContain('disk is stuck');
  expect(world.comments()[0]).toContain('It is tried again 20');
  expect(world.comments()[0]).toContain('`/remote api#12 down` in Slack tries at once');
  expect(world.comments()[0]).toContain('\n\n**Live** at');
  expect(world.comments()[0]).not.toContain('Push a commit');

  await world.settle(24 * 3_600);
  expect(world.actions().filter((action) => action.startsWith('down'))).toHaveLength(5);

  world.target.answer = { status: 200, body: { state: 'success' } };
  await speaker(world.ctx)('U0BEN', 'remote api#12 down');
  await world.settle();
  expect(pr.labels).toEqual([]);
});

it('tears down once although somebody asks for it while that goes on', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  world.target.answer = { status: 202 };
  await world.unlabel(pr);
  await world.settle();

  await speaker(world.ctx)('U0BEN', 'remote api#12 down');
  await world.settle();
  world.target.state = 'success';
  await world.settle(240);

  expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down']);
  expect(pr.labels).toEqual([]);
});

async function house(): Promise<RemoteWorld> {
  const world = await remoteWorld();
  open.push(world);
  return world;
}
