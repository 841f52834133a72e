import { afterEach, expect, it } from '@jest/globals';
import { noteToldLabel } from '../../src/pull-requests/who-labelled.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld, type RemoteWorld } from '../support/remote-world.ts';

const open: RemoteWorld[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ target }) => target.close()));
  closeContexts();
  await closeGitHubs();
});

it('keeps a label refused while what was up before cannot be torn down', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  const up = world.actions();
  world.target.answer = { status: 200, body: { state: 'failure' } };
  await world.unlabel(pr);
  await world.label(pr, 'remote-deploy', 'tri-age');
  await world.settle(600);
  await world.look();
  await world.settle();

  expect(await world.remote()).toMatchObject({ state: 'failed', stop: { why: 'refused' } });
  world.target.answer = { status: 200, body: { state: 'success' } };
  await world.settle(1_000);
  expect(await world.remote()).toMatchObject({ state: 'refused', live: null });
  expect(world.actions().slice(0, 1)).toEqual(up);
  expect(new Set(world.actions().slice(1))).toEqual(new Set([up[0]?.replace('deploy', 'down')]));
  expect(world.comments()).toEqual([expect.stringContaining('`not_allowed`')]);
});

it('waits for a list that is behind, and lets nobody answer for who has labelled since', async () => {
  const world = await house();
  const pr = world.add(12);
  await world.label(pr);
  await world.settle();
  await world.unlabel(pr);
  await world.settle();
  const before = world.actions();
  await world.label(pr, 'remote-deploy', 'tri-age');
  const [newest] = world.api.events.splice(-1);
  if (newest === undefined) throw new Error('there is no event');

  await expect(world.settle()).rejects.toThrow('GitHub does not tell yet');
  world.api.events.push(newest);
  await world.settle();

  expect(world.actions()).toEqual(before);
  expect(world.comments()).toEqual([expect.stringContaining('`not_allowed`')]);
});

it('does not try a failed one again when GitHub’s list has what a webhook told before', async () => {
  const world = await house();
  const pr = world.add(12);
  world.target.answer = { status: 200, body: { state: 'failure' } };
  const sender = { login: 'asha-k', type: 'User' };
  const told = { repository: 'acme/api', number: 12, label: 'remote-deploy', delivery: 'd-1' };
  await noteToldLabel(world.ctx, { ...told, action: 'labeled', sender });
  await world.label(pr);
  const events = world.api.events.splice(0);
  await world.settle();
  expect(world.actions()).toHaveLength(1);
  world.api.events.push(...events);
  await world.look();
  await world.settle();

  expect(world.actions()).toHaveLength(1);
});

async function house(): Promise<RemoteWorld> {
  const world = await remoteWorld();
  open.push(world);
  return world;
}
