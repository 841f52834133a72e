import { afterEach, expect, it } from '@jest/globals';
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

async function connected(overrides: Parameters<typeof testContext>[0] = {}) {
  const slack = await socketServer();
  const ctx = testContext(overrides);
  running.push(await startSocketMode({ ...ctx, appToken: 'xapp-1', slackApiUrl: slack.url }));
  return { slack, ctx };
}
