import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import { GitHubJob } from '../src/jobs.ts';
import { type Load, load, type Measured, measureByTurns } from './load.ts';
import { installProbot } from './probot.ts';
import { lineOf, startBaton, startProcess, startRedis, temporaryFolder } from './processes.ts';

const SECONDS = 2;
const SECRET = 'bench-webhook-secret';

const CONFIG = `
slack: { workspace: T0ACME, channels: { releases: C0REL } }
roles: { deployer: [U0ASHA] }
services: { api: { repository: acme/api } }
environments: { staging: { services: [api], driver: { type: command, argv: ["true"] } } }
`;

/**
 * Signed deliveries to answer at 50 connections: Baton's web role, which verifies, deduplicates and queues each, beside
 * servers that verify and handle nothing; by turns, each in a process of its own. Throws when Baton answered a delivery
 * that is not on its queue.
 */
export async function measureWebhooks(): Promise<Measured[]> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const probot = installProbot();
  const others = ['octokit', ...(probot === undefined ? [] : ['probot'])].map((mode) => ({
    mode,
    started: startProcess(
      process.execPath,
      ['dist/bench/servers/webhooks.js', mode, SECRET, probot ?? ''],
      {},
    ),
  }));
  const web = await startBaton('web', folder.path, {
    redisSocket: redis.socket,
    slackApiUrl: 'http://127.0.0.1:9/api/',
    signingSecret: 'bench-signing-secret',
    config: CONFIG,
    secrets: { GITHUB_WEBHOOK_SECRET: SECRET },
  });
  const client = new Redis({ path: redis.socket });
  const toBaton = async () => {
    const done = await deliver(`${web.url}/github/webhooks`);
    await expectQueued(client, done);
    await client.flushall();
    return done;
  };
  const beside = others.map(async ({ mode, started }) => {
    const port = (await lineOf(started, /^\d+$/)).trim();
    const what = mode === 'probot' ? 'Probot that only handles' : 'bare @octokit/webhooks';
    return { what, load: () => deliver(`http://127.0.0.1:${port}/api/github/webhooks`) };
  });
  const servers = [{ what: 'Baton web role', load: toBaton }, ...(await Promise.all(beside))];
  const measured = await measureByTurns(servers);
  client.disconnect();
  await Promise.all([web, ...others.map(({ started }) => started)].map((server) => server.stop()));
  await redis.stop();
  folder.remove();
  return measured;
}

/** GitHub's own example of a finished run of Actions, some 17 KB. */
const body = JSON.stringify({ ...exampleRun(), repository: { full_name: 'acme/api' } });
const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;

/** Each connection has forty deliveries of its own, which come again and again as GitHub's redeliveries do. */
function deliver(url: string): Promise<Load> {
  const next = () => ({
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': randomUUID(),
      'x-github-event': 'workflow_run',
      'x-hub-signature-256': signature,
    },
  });
  return load({ url, seconds: SECONDS, next, each: 40 });
}

/** Some were queued whose answer nobody waited for any more when the time was over. */
async function expectQueued(client: Redis, { answered }: Load): Promise<void> {
  let queued = 0;
  for (const id of await client.lrange('{baton-jobs}:github:wait', 0, -1)) {
    const data = await client.hget(`{baton-jobs}:github:${id}`, 'data');
    queued += GitHubJob.parse(JSON.parse(data ?? '')).deliveries.length;
  }
  if (queued < answered) throw new Error(`${answered} deliveries were answered, and ${queued} are queued`);
}

function exampleRun(): object {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const events: { name: string; examples: { action?: string }[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  const runs = events.find(({ name }) => name === 'workflow_run')?.examples ?? [];
  const completed = runs.find(({ action }) => action === 'completed');
  if (completed === undefined) throw new Error('there is no example of a finished run');
  return completed;
}
