import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Fault } from '../../playground/github/server.ts';
import { endTurn, takeTurn } from '../../src/github/store.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { attempt, job, reportWorld, type ReportWorld } from '../support/report.ts';

let world: ReportWorld;

beforeEach(async () => {
  world = await reportWorld();
});

afterEach(async () => {
  expect(world.played.violations).toEqual([]);
  closeContexts();
  await closeGitHubs();
});

it.each<{ when: string; fault: Fault }>([
  {
    when: 'before GitHub created the deployment',
    fault: { method: 'POST', path: /deployments$/, does: 'reset' },
  },
  {
    when: 'after GitHub created the deployment',
    fault: { method: 'POST', path: /deployments$/, does: 'reset_after' },
  },
  { when: 'with half an answer', fault: { method: 'POST', path: /deployments$/, does: 'cut' } },
  { when: 'before GitHub took a status', fault: { method: 'POST', path: /statuses$/, does: 'reset' } },
  { when: 'after GitHub took a status', fault: { method: 'POST', path: /statuses$/, does: 'reset_after' } },
  {
    when: 'in an outage of GitHub',
    fault: { path: /deployments/, does: { status: 502, body: {} }, times: 3 },
  },
])('makes one GitHub Deployment with each status once when it broke off $when', async ({ fault }) => {
  const { move, played, report, request, states } = world;
  const id = await request();
  await move(id, 'in_progress');
  played.failNext(fault);

  await expect(report(id)).rejects.toThrow();
  expect(await report(id)).toBe('done');

  expect(states()).toEqual([['in_progress']]);
});

it.each([0, 1, 2, 3, 4, 5])('finishes the work of a job that was killed after %s saves', async (saves) => {
  const { ctx, move, report, request, states } = world;
  const id = await request();
  await move(id, 'in_progress');
  await move(id, 'success');
  let left = saves;
  const dying = beforeEachSave(ctx.redis, async () => {
    if (left === 0) throw new Error('killed');
    left -= 1;
  });

  await expect(reportDeployment.run({ ...ctx, redis: dying }, job(id), attempt('j1'))).rejects.toThrow(
    'killed',
  );
  expect(await report(id)).toBe('done');

  expect(states()).toEqual([['in_progress', 'success']]);
});

it('finds its GitHub Deployment again when our own memory of it is lost', async () => {
  const { ctx, move, report, request, states } = world;
  const id = await request();
  await report(id);
  await ctx.redis.del(`baton:{staging}:report:${id}`);
  await move(id, 'in_progress');
  ctx.now = () => new Date(NOON.getTime() + 61_000);

  await report(id);

  expect(states()).toEqual([['queued', 'in_progress']]);
});

it('lets one job at a time speak, and the others come back', async () => {
  const { move, report, request, states } = world;
  const id = await request();
  await move(id, 'in_progress');

  const outcomes = await Promise.all(['j1', 'j2', 'j3'].map((name) => report(id, name)));

  for (const outcome of outcomes) expect(['done', { againInSeconds: 2 }]).toContainEqual(outcome);
  expect(states()).toEqual([['in_progress']]);
});

it('takes its own turn back after a death, and nobody else’s', async () => {
  const { ctx, report, request } = world;
  const id = await request();
  await takeTurn(ctx.redis, id, 'dead-job');

  await endTurn(ctx.redis, { deployment: id, token: 'other-job' });
  expect(await report(id, 'other-job')).toEqual({ againInSeconds: 2 });
  expect(await report(id, 'dead-job')).toBe('done');
  expect(await report(id, 'other-job')).toBe('done');
});

it.each([1, 2, 3, 4])('says nothing more when it wakes from a freeze before save %s', async (nth) => {
  const { ctx, move, report, request, states } = world;
  const id = await request();
  await move(id, 'in_progress');
  const [frozen, fallAsleep] = signal();
  const [awake, wakeUp] = signal();
  let saves = 0;
  const redis = beforeEachSave(ctx.redis, async () => {
    saves += 1;
    if (saves !== nth) return;
    fallAsleep();
    await awake;
  });
  const sleeper = reportDeployment.run({ ...ctx, redis }, job(id), attempt('j1'));
  await frozen;
  await move(id, 'success');
  expect(await report(id)).toBe('done');

  wakeUp();

  await expect(sleeper).rejects.toThrow('Another run');
  expect(states()).toEqual([['in_progress', 'success']]);
});

function signal(): [Promise<void>, () => void] {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return [given, give];
}

/** The same Redis, which is first told of each save of a report: the one script here that has two keys. */
function beforeEachSave(redis: RedisClient, act: () => Promise<void>): RedisClient {
  const evalsha = redis.evalsha.bind(redis) as (...args: unknown[]) => Promise<unknown>;
  return new Proxy(redis, {
    get: (target, name) => {
      if (name !== 'evalsha') return Reflect.get(target, name, target);
      return async (digest: string, keys: number, ...rest: unknown[]) => {
        if (keys === 2) await act();
        return evalsha(digest, keys, ...rest);
      };
    },
  });
}
