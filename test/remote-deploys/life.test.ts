import { afterEach, expect, it } from '@jest/globals';
import { addChecks } from '../../playground/github/seed.ts';
import { tellGitHub } from '../../src/remote-deploys/tell-github.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld, type RemoteWorld } from '../support/remote-world.ts';

const open: RemoteWorld[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ target }) => target.close()));
  closeContexts();
  await closeGitHubs();
});

it('brings up what is labelled, follows green pushes, and takes it away when the label comes off', async () => {
  const world = await house();
  const { settle, actions, comments, played } = world;
  const pr = world.add(12);
  const first = pr.head.slice(0, 7);

  await world.label(pr);
  await settle();
  expect(actions()).toEqual([`deploy ${first}`]);
  expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain('**Live** at');
  expect(comments()[0]).toContain(first);

  const sha = await world.push(pr, 'Second');
  await settle();
  expect(actions()).toHaveLength(1);
  expect(comments()[0]).toContain('waits for its checks');

  addChecks(world.api, sha, { build: 'success' });
  await world.look();
  await settle();
  expect(actions()).toEqual([`deploy ${first}`, `deploy ${sha.slice(0, 7)}`]);
  expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
  expect(comments()[0]).toContain(sha.slice(0, 7));

  await world.unlabel(pr);
  await settle();
  expect(actions().slice(2)).toEqual([`down ${sha.slice(0, 7)}`]);
  expect(pr.labels).toEqual([]);
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain('**Torn down**, because the label came off');
  expect((await world.remote())?.state).toBe('down');
  expect(played.violations).toEqual([]);
  expect(world.target.violations).toEqual([]);
});

it('shows the address as it stands, for people to copy', async () => {
  const world = await house();
  await world.label(world.add(12));
  await world.settle();

  expect(world.comments()[0]).toContain('**Live** at <https://pr.acme.example/>');
});

it('asks GitHub only for the newest of several changes', async () => {
  const world = await house();
  await world.label(world.add(12));
  await world.settle();
  const { revision = 0 } = (await world.remote()) ?? {};
  const { requests } = world.played;
  const asked = requests.length;
  const pullRequest = { repository: 'acme/api', number: 12 };

  expect(await tellGitHub(world.ctx, { ...pullRequest, revision: revision - 1 })).toBe('done');
  expect(requests).toHaveLength(asked);
  expect(await tellGitHub(world.ctx, { ...pullRequest, revision })).toBe('done');
  expect(requests).toHaveLength(asked + 1);
});

it('shows GitHub a transient environment that ends with it', async () => {
  const world = await house();
  const pr = world.add(12);

  await world.label(pr);
  await world.settle();
  await world.unlabel(pr);
  await world.settle();

  const [deployment, ...others] = world.api.deployments;
  expect(others).toEqual([]);
  expect(deployment).toMatchObject({ environment: 'pr-12', transient: true, production: false });
  expect(deployment?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success', 'inactive']);
});

async function house(overrides: Parameters<typeof remoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await remoteWorld(overrides);
  open.push(world);
  return world;
}
