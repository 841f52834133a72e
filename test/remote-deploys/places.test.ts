import { afterEach, expect, it } from '@jest/globals';
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

it('lets one more wait in the line, names the oldest idle one, and goes on when a place is free', async () => {
  const world = await house({ max: 2 });
  const [first, second, third] = [world.add(1), world.add(2), world.add(3)];
  for (const pr of [first, second]) await world.label(pr);
  await world.settle(60);
  await world.label(third);
  await world.settle(60);

  expect(third.labels).toEqual(['remote-deploy', 'remote-deploy: queued']);
  expect(world.comments(3)[0]).toContain('All 2 places');
  expect(world.comments(3)[0]).toContain('`/remote api#1 down` frees its place');

  await world.unlabel(second);
  await world.settle(60);
  expect(third.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
  expect(second.labels).toEqual([]);
});

it('waits while somebody else holds a lock on the environment', async () => {
  const world = await house();
  const say = speaker(world.ctx);
  const pr = world.add(12);
  await say('U0BEN', 'lock pr-12 because load test');

  await world.label(pr);
  await world.settle();
  expect(world.actions()).toEqual([]);
  expect(pr.labels).toContain('remote-deploy: queued');
  expect(world.comments()[0]).toContain('`/lock` in Slack shows who holds it');

  await say('U0BEN', 'unlock pr-12');
  await world.settle(120);
  expect(world.actions()).toHaveLength(1);
});

async function house(overrides: Parameters<typeof remoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await remoteWorld(overrides);
  open.push(world);
  return world;
}
