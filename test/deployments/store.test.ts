import { afterEach, expect, it } from '@jest/globals';
import { transition } from '../../src/deployments/deployment.ts';
import {
  createDeployment,
  findLive,
  listDeployments,
  listLeases,
  loadDeployment,
  replaceDeployment,
} from '../../src/deployments/store.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';

afterEach(closeContexts);

it('records one deployment and one lease when fifty ask at once', async () => {
  const redis = testRedis();

  const created = await Promise.all(Array.from({ length: 50 }, () => createDeployment(redis, wanted())));

  expect(created.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  expect(created.filter(({ kind }) => kind === 'leased')).toHaveLength(49);
  expect((await listDeployments(redis, { environments: ['staging'], limit: 100 })).items).toHaveLength(1);
});

it('gives the same record to the same command, and no second lease', async () => {
  const redis = testRedis();
  const request = wanted();

  const [first, second] = [await createDeployment(redis, request), await createDeployment(redis, request)];

  expect(first.kind).toBe('created');
  expect(second).toMatchObject({ kind: 'exists', deployment: { id: request.id, fence: 1 } });
});

it('lets two services of one environment run side by side, each with a higher fence', async () => {
  const redis = testRedis();

  await createDeployment(redis, wanted({ service: 'api' }));
  await createDeployment(redis, wanted({ service: 'web' }));

  const fences = [...(await listLeases(redis, 'staging')).values()].map(({ fence }) => fence);
  expect(new Set(fences)).toEqual(new Set([1, 2]));
});

it('saves only over the revision that was read', async () => {
  const redis = testRedis();
  const created = await createDeployment(redis, wanted());
  if (created.kind === 'leased') throw new Error('leased');
  const read = created.deployment;
  await replaceDeployment(redis, read, { ...read, summary: 'first' });

  await expect(replaceDeployment(redis, read, { ...read, summary: 'second' })).rejects.toThrow('moved on');

  expect((await loadDeployment(redis, read.id)).summary).toBe('first');
});

it('frees its own lease with its end, and never that of a successor', async () => {
  const redis = testRedis();
  const first = await createDeployment(redis, wanted());
  if (first.kind === 'leased') throw new Error('leased');
  const running = transition(first.deployment, 'in_progress', NOON);
  const started = await replaceDeployment(redis, first.deployment, running);
  const live = {
    deployment: started.id,
    ref: 'main',
    sha: started.sha,
    since: NOON,
    by: 'U0ASHA',
    disturbed: false,
  };
  const done = transition(started, 'success', NOON);
  const ended = await replaceDeployment(redis, started, done, { freeLease: true, live });
  expect((await listLeases(redis, 'staging')).size).toBe(0);
  expect(await findLive(redis, 'staging', 'api')).toEqual(live);

  const successor = await createDeployment(redis, wanted());
  await replaceDeployment(redis, ended, ended, { freeLease: true });

  expect(successor).toMatchObject({ kind: 'created', deployment: { fence: 2 } });
  expect((await listLeases(redis, 'staging')).size).toBe(1);
});

it('pages through the deployments of several environments, newest first, none twice and none lost', async () => {
  const redis = testRedis();
  const ids: string[] = [];
  for (let index = 0; index < 25; index += 1) {
    const createdAt = new Date(NOON.getTime() + Math.floor(index / 3)); // some share a millisecond
    const request = wanted({
      environment: index % 2 === 0 ? 'staging' : 'production',
      createdAt,
      service: `s${index}`,
    });
    await createDeployment(redis, request);
    ids.push(request.id);
  }

  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = await listDeployments(redis, { environments: ['staging', 'production'], limit: 4, before });
    seen.push(...page.items.map(({ id }) => id));
    before = page.next ?? undefined;
  } while (before !== undefined);

  expect(seen).toHaveLength(25);
  expect(seen.toSorted()).toEqual(ids.toSorted());
});

it('blocks on a record that cannot be read, and leaves it as it is', async () => {
  const redis = testRedis();
  const request = wanted();
  await createDeployment(redis, request);
  await redis.set(`baton:{staging}:deployment:${request.id}`, '{"half":');

  await expect(loadDeployment(redis, request.id)).rejects.toThrow('cannot be read');

  expect(await redis.get(`baton:{staging}:deployment:${request.id}`)).toBe('{"half":');
});
