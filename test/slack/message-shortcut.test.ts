import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { openQueues, type QueuedJobs } from '../../src/jobs.ts';
import { createSlackRoute } from '../../src/slack/app.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { form, messageShortcut, SIGNING_SECRET, signed } from '../support/slack-requests.ts';
import { closeServers, listen } from '../support/slack-server.ts';

const queues: QueuedJobs[] = [];

afterEach(async () => {
  closeServers();
  closeContexts();
  await Promise.all(queues.splice(0).map((opened) => opened.close()));
});

it('queues a message that goes into the handoff once, with its address', async () => {
  const { send, commands } = await route();
  const body = form({ payload: JSON.stringify(messageShortcut()) });

  const answers = await Promise.all(Array.from({ length: 5 }, () => send(body)));

  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ status: 200, text: '' })));
  expect(await commands()).toEqual([
    expect.objectContaining({
      kind: 'clicked',
      text: 'handoff note message: The &lt;key&gt; is late https://acme.slack.com/archives/C0STG/p1700000000000100',
      user: 'U0ASHA',
      team: 'T0ACME',
      channel: 'C0STG',
      responseUrl: 'https://hooks.slack.com/app/T0ACME/1/x',
    }),
  ]);
});

it('takes a message that is unsigned or somebody else’s shortcut for none', async () => {
  const { send, commands } = await route();
  const body = form({ payload: JSON.stringify(messageShortcut()) });
  const other = form({ payload: JSON.stringify(messageShortcut({ callback_id: 'other' })) });
  const torn = form({ payload: JSON.stringify(messageShortcut({ user: undefined })) });

  expect((await send(body, signed(body, NOON, 'another'))).status).toBe(401);
  expect((await send(other)).status).toBe(200);
  expect((await send(torn)).status).toBe(400);

  expect(await commands()).toEqual([]);
});

it.each([
  {
    what: 'a long message',
    message: { text: `${'x'.repeat(1_998)}<@U0BEN>` },
    text: /note message: x{1998}…$/,
  },
  { what: 'a message of files only', message: {}, text: /note message:$/ },
  {
    what: 'a message with its own address',
    message: { text: 'a', permalink: 'https://a.example' },
    text: /a https:\/\/a\.example$/,
  },
  {
    what: 'a domain that is none',
    team: { id: 'T0ACME', domain: 'a.b/c' },
    message: { text: 'a', ts: '1.2' },
    text: /note message: a$/,
  },
])('makes a command of $what', async ({ message, text, ...more }) => {
  const { send, commands } = await route();

  await send(form({ payload: JSON.stringify(messageShortcut({ message, ...more })) }));

  expect(await commands()).toEqual([expect.objectContaining({ text: expect.stringMatching(text) })]);
});

async function route() {
  const redis = new Redis({ path: process.env['BATON_TEST_REDIS'] ?? '', maxRetriesPerRequest: null });
  const jobs = openQueues({ connection: redis, prefix: `{${randomUUID()}}` });
  queues.push({ ...jobs, close: async () => jobs.close().then(() => redis.disconnect()) });
  const ctx = testContext({ redis, jobs });
  const url = await listen(
    createSlackRoute({ ...ctx, slackApiUrl: 'https://slack.com/api/', signingSecret: SIGNING_SECRET }),
  );
  return {
    commands: async () => (await jobs.queues.get('commands')?.getJobs())?.map((job) => job.data) ?? [],
    send: async (body: string, headers = signed(body, NOON)) => {
      const response = await fetch(url, { method: 'POST', headers, body });
      return { status: response.status, text: await response.text() };
    },
  };
}
