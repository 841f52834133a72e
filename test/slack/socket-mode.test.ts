import { afterEach, expect, it } from '@jest/globals';
import { createLogger } from '../../src/log.ts';
import { startSocketMode } from '../../src/slack/socket-mode.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { click, messageShortcut, slashCommand } from '../support/slack-requests.ts';
import { closeSocketServers, socketServer } from '../support/socket-server.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((mode) => mode.stop()));
  closeSocketServers();
  closeContexts();
});

it('queues the same job for a typed command as over HTTP, and once', async () => {
  const { slack, ctx } = await connected();

  expect(await slack.send('slash_commands', slashCommand())).toEqual({ envelope_id: 'e-1', payload: {} });
  await slack.send('slash_commands', slashCommand());

  expect(ctx.queued).toEqual([
    expect.objectContaining({
      queue: 'commands',
      id: expect.stringMatching(/^c-[0-9a-f]{32}$/),
      data: expect.objectContaining({ kind: 'typed', text: 'deploy staging', user: 'U0ASHA' }),
    }),
  ]);
});

it('queues a click', async () => {
  const { slack, ctx } = await connected();

  await slack.send('interactive', click());

  expect(ctx.queued).toEqual([
    expect.objectContaining({ data: expect.objectContaining({ kind: 'clicked', text: 'unlock staging' }) }),
  ]);
});

it('queues a message that goes into the handoff', async () => {
  const { slack, ctx } = await connected();

  expect(await slack.send('interactive', messageShortcut())).toEqual({ envelope_id: 'e-1', payload: {} });

  expect(ctx.queued).toEqual([
    expect.objectContaining({
      data: expect.objectContaining({ text: expect.stringContaining('handoff note') }),
    }),
  ]);
});

it('tells the person when a command was not taken', async () => {
  const jobs = { add: () => Promise.reject(new Error('Redis is away')) };
  const { slack } = await connected({ jobs });

  expect(await slack.send('slash_commands', slashCommand())).toMatchObject({
    payload: { response_type: 'ephemeral', text: expect.stringContaining('nothing was done') },
  });
});

it('tells the person when Slack sent something broken', async () => {
  const { slack, ctx } = await connected();
  const { trigger_id: _left, ...broken } = slashCommand();

  expect(await slack.send('slash_commands', broken)).toMatchObject({
    payload: { text: expect.stringContaining('nothing was done') },
  });
  expect(ctx.queued).toEqual([]);
});

it.each([
  {
    what: 'a click on a link',
    type: 'interactive',
    payload: click({ actions: [{ action_id: 'open', action_ts: '1', type: 'button' }] }),
  },
  {
    what: 'a modal that was closed',
    type: 'interactive',
    payload: { ...click(), type: 'view_closed', view: { id: 'V0' } },
  },
])('acknowledges $what, and queues nothing', async ({ type, payload }) => {
  const { slack, ctx } = await connected();

  expect(await slack.send(type, payload)).toEqual({ envelope_id: 'e-1', payload: {} });
  expect(ctx.queued).toEqual([]);
});

it('acknowledges an event once, which is for nobody here', async () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', secrets: new Set(), write: (line) => lines.push(line) });
  const { slack, ctx } = await connected({ log });

  const event = { type: 'event_callback', event: { type: 'app_home_opened', user: 'U0ASHA', channel: 'D0' } };
  expect(await slack.send('events_api', event)).toEqual({ envelope_id: 'e-1', payload: {} });
  expect(ctx.queued).toEqual([]);
  expect(lines).toEqual([]);
});

async function connected(overrides: Parameters<typeof testContext>[0] = {}) {
  const slack = await socketServer();
  const ctx = testContext(overrides);
  running.push(await startSocketMode({ ...ctx, appToken: 'xapp-1', slackApiUrl: slack.url }));
  return { slack, ctx };
}
