import { afterEach, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { auditVerify } from '../../src/audit/cli.ts';
import { appendAudit, verifyAudit } from '../../src/audit/store.ts';
import { openQueues } from '../../src/jobs.ts';
import { scheduleAnchor } from '../../src/schedules.ts';
import { anchorAudit } from '../../workers/anchor-audit.ts';
import { sendMessage } from '../../workers/send-message.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, type TestContext, testContext, testRedis } from '../support/context.ts';

afterEach(closeContexts);

it('prints the head that `audit verify` prints', async () => {
  const ctx = await audited(3);

  await anchor(ctx);

  const lines: string[] = [];
  await auditVerify(ctx.redis, (line) => void lines.push(line));
  const [, hash = ''] = /last hash (\w{64})/.exec(lines[0] ?? '') ?? [];
  expect(hash).toHaveLength(64);
  const [job] = ctx.queued;
  expect(job).toMatchObject({ queue: 'messages', data: { kind: 'notice', channel: 'C0AUD' } });
  expect(JSON.stringify(job)).toContain(hash);
  expect(JSON.stringify(job)).toContain('3 entries');
});

it('prints it once a day, however often it is told to', async () => {
  const ctx = await audited(1);
  const posted: string[] = [];
  const slack = {
    ...ctx.slack,
    post: async (channel: string) => ({ channel, ts: `${posted.push(channel)}.000001` }),
  };
  const tellSlack = async () => {
    for (const { id, data } of ctx.queued) {
      await sendMessage.run({ ...ctx, slack }, data as never, { id, again: false, last: false });
    }
  };

  await Promise.all([anchor(ctx), anchor(ctx)]);
  await tellSlack();
  await appendAudit(ctx.redis, event(2));
  ctx.queued.length = 0; // the queue forgets a job after an hour
  await anchor(ctx);
  await tellSlack();
  expect(posted).toEqual(['C0AUD']);

  ctx.now = () => new Date('2030-01-16T12:00:00Z');
  await anchor(ctx);
  await tellSlack();
  expect(posted).toEqual(['C0AUD', 'C0AUD']);
});

it('says so when the trail is broken', async () => {
  const ctx = await audited(3);
  await ctx.redis.lset('baton:{audit}:trail', 1, '{}');

  await anchor(ctx);

  expect(await verifyAudit(ctx.redis)).toMatchObject({ ok: false, firstBad: 2 });
  expect(JSON.stringify(ctx.queued)).toContain('The audit trail is broken.');
  expect(JSON.stringify(ctx.queued)).toContain('First bad line: 2');
});

it.each([
  { when: 'there is no audit channel', entries: 1, channels: {} },
  { when: 'nothing stands in the trail', entries: 0, channels: { audit: 'C0AUD' } },
])('prints nothing when $when', async ({ entries, channels }) => {
  const ctx = await audited(entries, channels);

  expect(await anchor(ctx)).toBe('done');
  expect(ctx.queued).toEqual([]);
});

it('is due each day at noon UTC, once for all workers', async () => {
  const connection = testRedis('');
  const options = { connection, prefix: `{test-${Math.random()}}` };
  const [one, other] = [openQueues(options), openQueues(options)];

  await Promise.all([scheduleAnchor(one), scheduleAnchor(other)]);

  const anchors = one.queues.get('anchors');
  expect(anchors).toBeInstanceOf(Queue);
  const jobs = (await anchors?.getDelayed()) ?? [];
  const due = jobs.map(({ timestamp, delay }) => new Date(timestamp + delay).toISOString().slice(11, 16));
  expect(due).toEqual(['12:00']);
  await anchors?.obliterate({ force: true });
  await Promise.all([one.close(), other.close()]);
});

function anchor(ctx: TestContext) {
  return anchorAudit.run(ctx, { version: 1 }, { id: 'anchor', again: false, last: false });
}

async function audited(
  entries: number,
  channels: { audit?: string } = { audit: 'C0AUD' },
): Promise<TestContext> {
  const ctx = testContext();
  ctx.config = testConfig({ slack: { workspace: 'T0ACME', channels } });
  for (let index = 0; index < entries; index += 1) await appendAudit(ctx.redis, event(index));
  return ctx;
}

function event(index: number) {
  return {
    id: `event-${index}`,
    at: new Date('2030-01-15T10:00:00Z'),
    actor: 'U0ASHA',
    action: 'deploy',
    subject: 'staging',
    outcome: 'accepted' as const,
    reason: null,
    detail: {},
  };
}
