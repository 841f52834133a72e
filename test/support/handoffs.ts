import { randomUUID } from 'node:crypto';
import type { Context } from '../../src/context.ts';
import { findDigest } from '../../src/handoffs/store.ts';
import { JobData } from '../../src/jobs.ts';
import { createSlackClient } from '../../src/slack/web-api.ts';
import { postDigest } from '../../workers/post-digest.ts';
import { sendMessage } from '../../workers/send-message.ts';
import { testConfig } from './config.ts';
import { type Queued, testContext, testRedis } from './context.ts';
import { slackServer } from './slack-server.ts';

/** Monday, 18:30 in Bengaluru, 13:00 in London, 05:00 in Los Angeles. */
export const DUE = new Date('2026-11-23T13:00:00Z');
export const DIGEST = 'bengaluru-us-2026-11-23';

export function minutesAfter(minutes: number, from = DUE): Date {
  return new Date(from.getTime() + minutes * 60_000);
}

/** Bengaluru hands over to the United States at the end of its day; Ben leads there. */
export function handoffConfig(overrides: Parameters<typeof testConfig>[0] = {}) {
  return testConfig({
    people: [
      { name: 'Asha', slack: 'U0ASHA', github: 'asha-k', site: 'bengaluru' },
      { name: 'Ben', slack: 'U0BEN', github: 'ben-w', site: 'us' },
      { name: 'Pia', slack: 'U0PIA', site: 'us' },
      { name: 'Lea', slack: 'U0LEA', site: 'london' },
    ],
    roles: { deployer: ['U0ASHA', 'U0BEN', 'U0LEA'], approver: ['S0RELMGRS'], admin: ['U0BEN'] },
    sites: {
      bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri', lead: 'U0ASHA' },
      us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri', lead: 'U0BEN' },
    },
    handoffs: [{ from: 'bengaluru', to: 'us', at: '18:30', channel: 'C0HAND', acknowledge_within: '45m' }],
    ...overrides,
  });
}

/** Several Batons on one Redis and one Slack, whose clocks a test sets, and whose jobs it runs. */
export async function handoffWorld(config = handoffConfig()) {
  const prefix = `${randomUUID()}:`;
  const slack = await slackServer();
  const baton = (overrides: Partial<Context> = {}) => {
    const client = createSlackClient({ token: 'xoxb-1', apiUrl: slack.url });
    const ctx = testContext({ redis: testRedis(prefix), slack: client, now: () => DUE, ...overrides });
    ctx.config = config;
    return ctx;
  };
  const ctx = baton();
  const done = new Set<string>();
  const ready = async () => {
    await ctx.redis.del('baton:{C0HAND}:pace', 'baton:{C0REL}:pace', 'baton:{DU0BEN}:pace');
  };
  /** Runs what is queued until nothing is left; what is to run again stays. */
  const work = async (one = ctx) => {
    for (;;) {
      const job = one.queued.find(({ id }) => !done.has(id));
      if (job === undefined) return;
      await ready();
      done.add(job.id);
      const outcome = await runJob(one, job).catch((error: unknown) => {
        done.delete(job.id);
        throw error;
      });
      if (outcome !== 'done') return;
    }
  };
  const look = (one = ctx) => postDigest.run(one, { version: 1 }, { id: 'look', again: false, last: false });
  return {
    ctx,
    prefix,
    slack,
    baton,
    look,
    work,
    /** Sets the clock, looks, and does all that follows from it. */
    at: async (now: Date, one = ctx) => {
      one.now = () => now;
      await look(one);
      await work(one);
    },
    digest: async (id = DIGEST) => findDigest(ctx.redis, id),
    told: () =>
      slack.calls.map(({ method, fields }) => [method, fields['channel'], fields['text']].join(' ')),
    posts: () =>
      slack.calls.filter(({ method, fields }) => method === 'chat.postMessage' && !fields['thread_ts']),
  };
}

export async function runJob(ctx: Context, { queue, id, data }: Queued) {
  const attempt = { id, again: false, last: false };
  if (queue === 'handoffs') return postDigest.run(ctx, JobData.handoffs.parse(data), attempt);
  if (queue === 'messages') return sendMessage.run(ctx, JobData.messages.parse(data), attempt);
  return 'done' as const;
}
