import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Delivery, Fate } from '../../playground/github/hook.ts';
import { close, endChecks, label, push, unlabel } from '../../playground/github/news.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import { webhookRoute } from '../../src/github/webhooks.ts';
import { type Jobs, openQueues, type QueueName } from '../../src/jobs.ts';
import { startWorker } from '../../src/worker.ts';
import { deployLabels } from '../../workers/deploy-labels.ts';
import { handleWebhook } from '../../workers/handle-webhook.ts';
import { sweepPullRequests } from '../../workers/sweep-pull-requests.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { pullRequestWorld } from '../support/pull-requests.ts';
import { until } from '../support/until.ts';
import { closeServers, serve } from '../support/web.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  await closeGitHubs();
  await closeServers();
  for (const end of ends.splice(0).toReversed()) await end();
  closeContexts();
});

const MISHAPS: readonly { what: string; fate: (delivery: Delivery, index: number) => Fate }[] = [
  { what: 'nothing', fate: () => 'send' },
  { what: 'all of them lost', fate: () => 'lose' },
  { what: 'every other one lost', fate: (_, index) => (index % 2 === 0 ? 'lose' : 'send') },
  { what: 'all of them doubled', fate: () => 'twice' },
  { what: 'all of them late, in the opposite order', fate: () => 'hold' },
  { what: 'labels late, the rest at once', fate: ({ action }) => (action === 'labeled' ? 'hold' : 'send') },
];

it.each(MISHAPS)('answers a label with one deployment within one sweep, with $what', async ({ fate }) => {
  const { played, repository, pullRequest, deployments, comments, settle } = await house(fate);

  label(repository, pullRequest, 'deploy: staging');
  label(repository, pullRequest, 'bug');
  endChecks(repository, pullRequest.head);
  await settle();

  await until('the answer', () => comments().length === 1);
  await until('the label to be off', () => !pullRequest.labels.includes('deploy: staging'));
  await settle();
  expect(await deployments()).toMatchObject([{ sha: pullRequest.head, requestedBy: 'U0ASHA' }]);
  expect(comments()).toHaveLength(1);
  expect(played.violations).toEqual([]);
});

it.each(MISHAPS)('looks at a pull request within one sweep, with $what', async ({ fate }) => {
  const { repository, pullRequest, looks, settle } = await house(fate);
  const before = push(repository, pullRequest, 'Before the label');
  label(repository, pullRequest, 'remote-deploy');
  endChecks(repository, before);
  await settle();

  await until('a look', () => looks('remote-deploys').includes('acme/api#12'));
});

it('looks in the end at what is true then, whatever order it is told in', async () => {
  const { repository, pullRequest, looks, settle, played } = await house(() => 'hold');

  label(repository, pullRequest, 'remote-deploy');
  unlabel(repository, pullRequest, 'remote-deploy');
  label(repository, pullRequest, 'remote-deploy');
  close(repository, pullRequest);
  await settle();

  await until('four looks', () => looks('remote-deploys').length === 4);
  expect(played.hook.deliveries.map(({ answers }) => answers)).toEqual([[202], [202], [202], [202]]);
});

it('asks for no second deployment when a delivery is sent again', async () => {
  const { played, repository, pullRequest, deployments, comments, settle } = await house(() => 'send');
  label(repository, pullRequest, 'deploy: staging');
  await settle();
  await until('the answer', () => comments().length === 1);

  for (const delivery of played.hook.deliveries) expect(await played.hook.redeliver(delivery)).toBe(202);
  await settle();

  expect(await deployments()).toHaveLength(1);
});

/** The route, the queues and the workers as they run, with the played GitHub's webhook pointed at them. */
async function house(fate: (delivery: Delivery, index: number) => Fate) {
  const world = await pullRequestWorld();
  const { ctx, played, repository } = world;
  const prefix = `{${randomUUID()}}`;
  const connection = taking();
  const opened = openQueues({ connection, prefix });
  ends.push(() => opened.close());
  const real: readonly QueueName[] = ['github', 'deploy-labels'];
  const add: Jobs['add'] = async (name, ...asked) => {
    await ctx.jobs.add(name, ...asked);
    if (real.includes(name)) await opened.add(name, ...asked);
  };
  const working = { ...ctx, jobs: { add }, now: () => new Date() }; // writing to GitHub has a pace
  for (const worker of [handleWebhook, deployLabels]) {
    const taker = startWorker(working, worker, { connection: taking(), prefix });
    ends.push(() => taker.close());
  }
  const url = await serve({ routes: [webhookRoute(working, played.webhookSecret)] });
  played.hook.url = `${url}/github/webhooks`;
  played.hook.fate = (delivery) => fate(delivery, played.hook.deliveries.indexOf(delivery));

  let sweeps = 0;
  const settle = async () => {
    await played.hook.settled();
    await played.hook.release((held) => held.toReversed());
    const why = `sweep-${(sweeps += 1)}`;
    await sweepPullRequests.run(working, { version: 1, why }, { id: why, again: false, last: false });
    const github = opened.queues.get('github');
    await until('the deliveries to be worked', async () => {
      const counts = await github?.getJobCounts('waiting', 'active', 'delayed');
      return Object.values(counts ?? {}).every((count) => count === 0);
    });
  };
  return {
    ...world,
    settle,
    deployments: async () => {
      const environments = Object.keys(ctx.config.environments);
      return (await listDeployments(ctx.redis, { environments, limit: 10 })).items;
    },
    comments: () => repository.comments.map(({ body }) => body),
  };
}

function taking(): Redis {
  const redis = new Redis({ path: process.env['BATON_TEST_REDIS'] ?? '', maxRetriesPerRequest: null });
  ends.push(() => redis.disconnect());
  return redis;
}
