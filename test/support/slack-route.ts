import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { openQueues, type QueuedJobs } from '../../src/jobs.ts';
import { createSlackRoute } from '../../src/slack/app.ts';
import type { Slack } from '../../src/slack/client.ts';
import { modalFor } from '../../src/slack/modal.ts';
import type { AckOutcome } from '../../src/slack/take-command.ts';
import { closeContexts, NOON, testContext } from './context.ts';
import { SIGNING_SECRET, signed } from './slack-requests.ts';
import { closeServers, listen } from './slack-server.ts';

const queues: QueuedJobs[] = [];

/** To be called by each test file that uses the route: `afterEach(closeRoutes)`. */
export async function closeRoutes(): Promise<void> {
  closeServers();
  closeContexts();
  await Promise.all(queues.splice(0).map((opened) => opened.close()));
}

/** The route of Slack over real queues, and what a test wants to see of it. */
export async function route(slack: Partial<Slack> = {}) {
  const lines: string[] = [];
  const outcomes: AckOutcome[] = [];
  const redis = new Redis({ path: process.env['BATON_TEST_REDIS'] ?? '', maxRetriesPerRequest: null });
  const jobs = openQueues({ connection: redis, prefix: `{${randomUUID()}}` });
  queues.push({ ...jobs, close: async () => jobs.close().then(() => redis.disconnect()) });
  const { pino } = await import('pino');
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const ctx = testContext({ log, redis, jobs });
  Object.assign(ctx.slack, slack);
  const url = await listen(
    createSlackRoute({
      ...ctx,
      slackApiUrl: 'https://slack.com/api/',
      signingSecret: SIGNING_SECRET,
      modalFor: (request) => modalFor(ctx.config, request),
      onAck: (_seconds, outcome) => outcomes.push(outcome),
    }),
  );
  return {
    lines,
    outcomes,
    commands: async () => (await jobs.queues.get('commands')?.getJobs())?.map((job) => job.data) ?? [],
    send: async (body: string | Buffer, headers = signed(body, NOON)) => {
      const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) });
      return { status: response.status, text: await response.text() };
    },
  };
}
