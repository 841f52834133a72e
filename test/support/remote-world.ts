import { label as putOn, push as pushTo, unlabel as takeOff } from '../../playground/github/news.ts';
import { addCommit, addPullRequest } from '../../playground/github/seed.ts';
import type { PullRequest, Repository } from '../../playground/github/state.ts';
import type { Context } from '../../src/context.ts';
import { JobData, type QueueName } from '../../src/jobs.ts';
import { findRemote } from '../../src/remote-deploys/store.ts';
import { workers } from '../../workers/index.ts';
import { testConfig } from './config.ts';
import { NOON, testContext, type TestContext } from './context.ts';
import { testGitHub } from './github.ts';
import { startTarget, type Target } from './target.ts';

interface Waiting {
  readonly queue: QueueName;
  readonly id: string;
  readonly data: unknown;
  at: number;
  runs: number;
}

const RUN: readonly QueueName[] = ['remote-deploys', 'remote-notes', 'deployments', 'reports'];

/** A played GitHub with acme/api, a target that deploys, and workers that run by a clock of the test's own. */
export async function remoteWorld(overrides: { readonly max?: number; readonly url?: string } = {}) {
  let now = NOON;
  const { played, github } = await testGitHub({ now: () => now });
  const target = await startTarget();
  target.answer = { status: 200, body: { state: 'success', url: 'https://pr.acme.example' } };
  const jobs: Waiting[] = [];
  const known = new Set<string>();
  const base = testContext({ github, now: () => now });
  const ctx: TestContext = {
    ...base,
    driverTools: { ...base.driverTools, github, now: () => now },
    config: testConfig({
      remote_deploys: {
        services: ['api', 'web'],
        driver: { type: 'webhook', url: target.url, status_url: target.statusUrl, secret_env: 'S' },
        ...overrides,
      },
    }),
    jobs: {
      add: async (queue, id, data, { delaySeconds = 0 } = {}) => {
        if (!RUN.includes(queue) || known.has(`${queue} ${id}`)) return;
        known.add(`${queue} ${id}`);
        jobs.push({ queue, id, data, at: now.getTime() + delaySeconds * 1_000, runs: 0 });
      },
    },
  };
  const api = played.addRepository('acme/api');
  api.collaborators.set('asha-k', 'write').set('ben-w', 'admin').set('tri-age', 'triage');
  const look = (number = 12, why = `look-${Math.random()}`) =>
    ctx.jobs.add('remote-deploys', `${number}-${why}`, { version: 1, repository: 'acme/api', number, why });
  return {
    ctx,
    played,
    target,
    api,
    jobs,
    look,
    add: (number: number, more: Partial<Parameters<typeof addPullRequest>[1]> = {}) =>
      addRequest(api, number, more),
    settle: (seconds = 20) => settle(ctx, jobs, { seconds, now: () => now, set: (at) => (now = at) }),
    pass: (seconds: number) => (now = new Date(now.getTime() + seconds * 1_000)),
    remote: (number = 12) => findRemote(ctx.redis, 'acme/api', number),
    comments: (number = 12) => api.comments.filter(({ on }) => on === number).map(({ body }) => body),
    /** What people do, with the look that a webhook would cause. */
    label: async (on: PullRequest, name = 'remote-deploy', login = 'asha-k') => {
      putOn(api, on, name, { login, name: login, email: '' });
      await look(on.number);
    },
    unlabel: async (on: PullRequest) => {
      takeOff(api, on, 'remote-deploy');
      await look(on.number);
    },
    push: async (on: PullRequest, message: string) => {
      const sha = pushTo(api, on, message);
      await look(on.number);
      return sha;
    },
    actions: () => target.starts.map((start) => `${actionOf(start)} ${start.sha.slice(0, 7)}`),
  };
}

export type RemoteWorld = Awaited<ReturnType<typeof remoteWorld>>;

function actionOf(start: Target['starts'][number]): string {
  return 'action' in start ? String(start.action) : '';
}

function addRequest(
  api: Repository,
  number: number,
  more: Partial<Parameters<typeof addPullRequest>[1]>,
): PullRequest {
  const branch = `feature-${number}`;
  const head = addCommit(api, { message: `Work on ${number}`, branch });
  return addPullRequest(api, { number, head, branch, ...more });
}

interface Clock {
  readonly seconds: number;
  readonly now: () => Date;
  readonly set: (at: Date) => void;
}

/** Runs what is due until nothing is within so many seconds; time goes on only where there is nothing else to do. */
async function settle(ctx: Context, jobs: Waiting[], { seconds, now, set }: Clock): Promise<void> {
  const end = now().getTime() + seconds * 1_000;
  for (let runs = 0; runs < 20_000; runs += 1) {
    const next = jobs.reduce(
      (first: Waiting | undefined, one) => (first !== undefined && first.at <= one.at ? first : one),
      undefined,
    );
    if (next === undefined || next.at > end) break;
    if (next.at > now().getTime()) set(new Date(next.at));
    await runJob(ctx, jobs, next, now);
  }
  set(new Date(end));
}

async function runJob(ctx: Context, jobs: Waiting[], job: Waiting, now: () => Date): Promise<void> {
  const worker = workers.find(({ queue }) => queue === job.queue);
  if (worker === undefined) throw new Error(`no worker for ${job.queue}`);
  job.runs += 1;
  if (job.runs > 500) throw new Error(`${job.queue} ${job.id} runs for ever`);
  const data = JobData[job.queue].parse(job.data);
  const outcome = await worker.run(ctx, data, { id: job.id, again: job.runs > 1, last: false });
  if (outcome === 'done') jobs.splice(jobs.indexOf(job), 1);
  else job.at = now().getTime() + Math.max(outcome.againInSeconds, 0.01) * 1_000;
}
