import { afterEach, describe, expect, it } from '@jest/globals';
import { addChecks } from '../../playground/github/seed.ts';
import { listAudit } from '../../src/audit/store.ts';
import { askPeople } from '../../src/deployments/ask-people.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { deployment } from '../support/deployment.ts';
import { closeGitHubs } from '../support/github.ts';
import { remoteWorld, type RemoteWorld } from '../support/remote-world.ts';

const open: RemoteWorld[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ target }) => target.close()));
  closeContexts();
  await closeGitHubs();
});

describe('who may', () => {
  it.each([
    { who: 'somebody who may only triage', login: 'tri-age' },
    { who: 'a stranger', login: 'stranger' },
  ])('refuses the label of $who, and says so once', async ({ login }) => {
    const world = await house();
    const pr = world.add(12);

    await world.label(pr, 'remote-deploy', login);
    await world.settle();
    await world.look();
    await world.settle();

    expect(world.actions()).toEqual([]);
    expect(world.comments()).toHaveLength(1);
    expect(world.comments()[0]).toContain('`not_allowed`');
    expect(pr.labels).toEqual(['remote-deploy']);
    expect(await trail(world)).toEqual([['remote deploy', 'pr-12/api', 'refused', 'not_allowed']]);
  });

  it.each(['deleted', { fork: 'stranger/api' }] as const)(
    'never runs code from a fork (%j)',
    async (from) => {
      const world = await house();
      const pr = world.add(12, { from });

      await world.label(pr);
      await world.settle();
      await world.look();
      await world.settle();

      expect(world.actions()).toEqual([]);
      expect(world.comments()).toHaveLength(1);
      expect(world.comments()[0]).toContain('`fork_refused`');
      expect(await trail(world)).toEqual([['remote deploy', 'pr-12/api', 'refused', 'fork_refused']]);
    },
  );

  it('asks GitHub again right before a later push is deployed', async () => {
    const world = await house();
    const pr = world.add(12);
    await world.label(pr, 'remote-deploy', 'new-hire');
    expect(world.actions()).toEqual([]);
    world.api.collaborators.set('new-hire', 'write');
    await world.settle();
    expect(world.actions()).toHaveLength(1);

    world.api.collaborators.delete('new-hire');
    addChecks(world.api, await world.push(pr, 'Second'), { build: 'success' });
    await world.settle();

    expect(world.actions()).toHaveLength(1);
  });

  it('deploys on behalf of the Slack account that people joins to the login', async () => {
    const world = await house();
    await world.label(world.add(12));
    await world.label(world.add(13), 'remote-deploy', 'new-hire');
    world.api.collaborators.set('new-hire', 'write');
    await world.settle();

    const { items } = await listDeployments(world.ctx.redis, { environments: ['pr-12', 'pr-13'], limit: 9 });

    expect(items.map(({ requestedBy }) => requestedBy).toSorted()).toEqual(['U0ASHA', 'github:new-hire']);
  });
});

it('asks in the channel of the releases when nobody can tell how one of a label ended', async () => {
  const ctx = testContext();

  await askPeople(ctx, deployment({ id: 'pr-12-lost', environment: 'pr-12', channel: '', state: 'unknown' }));

  expect(ctx.queued.map(({ data }) => data)).toMatchObject([{ kind: 'notice', channel: 'C0REL' }]);
});

describe('order and repetition', () => {
  it('deploys once, however many looks come at once', async () => {
    const world = await house();
    const pr = world.add(12);
    await world.label(pr);
    for (let n = 0; n < 5; n += 1) await world.look();
    await world.settle();

    expect(world.actions()).toHaveLength(1);
    expect(world.comments()).toHaveLength(1);
  });

  it('lets the newest head win over one that has not started', async () => {
    const world = await house();
    const pr = world.add(12);
    await world.label(pr);
    const hold = world.ctx.jobs.add.bind(world.ctx.jobs);
    Object.assign(world.ctx, {
      jobs: {
        add: async (...job: Parameters<typeof hold>) => (job[0] === 'deployments' ? undefined : hold(...job)),
      },
    });
    await world.settle();
    Object.assign(world.ctx, { jobs: { add: hold } });

    const sha = await world.push(pr, 'Second');
    addChecks(world.api, sha, { build: 'success' });
    await world.settle(90);

    expect(world.actions()).toEqual([`deploy ${sha.slice(0, 7)}`]);
    const { items } = await listDeployments(world.ctx.redis, { environments: ['pr-12'], limit: 9 });
    expect(items.map(({ state }) => state).toSorted()).toEqual(['success', 'superseded']);
  });

  it('deploys a push that came meanwhile after the end of what runs', async () => {
    const world = await house();
    world.target.answer = { status: 202 };
    const pr = world.add(12);
    await world.label(pr);
    await world.settle();
    expect(pr.labels).toContain('remote-deploy: deploying');

    const sha = await world.push(pr, 'Second');
    addChecks(world.api, sha, { build: 'success' });
    await world.settle();
    expect(world.actions()).toHaveLength(1);

    world.target.state = 'success';
    await world.settle(120);
    expect(world.actions().at(-1)).toBe(`deploy ${sha.slice(0, 7)}`);
    expect(pr.labels).toContain('remote-deploy: live');
  });

  it('keeps the last of several changes of the label', async () => {
    const world = await house();
    const pr = world.add(12);
    await world.label(pr);
    await world.unlabel(pr);
    await world.label(pr);
    await world.settle(60);

    expect(pr.labels).toEqual(['remote-deploy', 'remote-deploy: live']);
    expect(world.actions()).toHaveLength(1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('ends as it should when work dies at its step %i', async (step) => {
    const world = await house();
    const pr = world.add(12);
    const add = world.ctx.jobs.add.bind(world.ctx.jobs);
    let left = step;
    Object.assign(world.ctx, {
      jobs: {
        add: async (...job: Parameters<typeof add>) => {
          left -= 1;
          if (left === 0) throw new Error('killed');
          await add(...job);
        },
      },
    });
    await world.label(pr).catch(() => world.look());
    for (let n = 0; n < 6; n += 1) await world.settle(90).catch(() => world.look());

    expect(world.actions()).toHaveLength(1);
    expect(pr.labels).toContain('remote-deploy: live');
    expect(world.comments()).toHaveLength(1);

    left = step;
    await world.unlabel(pr).catch(() => world.look());
    for (let n = 0; n < 6; n += 1) await world.settle(90).catch(() => world.look());

    expect(world.actions().map((action) => action.split(' ')[0])).toEqual(['deploy', 'down']);
    expect(pr.labels).toEqual([]);
    expect(world.target.violations).toEqual([]);
  });
});

async function trail({ ctx }: RemoteWorld) {
  const { items } = await listAudit(ctx.redis, { limit: 50 });
  return items.map((item) =>
    'unreadable' in item ? [] : [item.action, item.subject, item.outcome, item.reason],
  );
}

async function house(overrides: Parameters<typeof remoteWorld>[0] = {}): Promise<RemoteWorld> {
  const world = await remoteWorld(overrides);
  open.push(world);
  return world;
}
