import { afterEach, expect, it } from '@jest/globals';
import { CommandJob } from '../../src/jobs.ts';
import { createSlackRoute } from '../../src/slack/app.ts';
import { parse } from '../../src/slack/parse.ts';
import { NOON, testContext } from '../support/context.ts';
import { asPayload, click, form, signed, slashCommand } from '../support/slack-requests.ts';
import { closeRoutes, route } from '../support/slack-route.ts';

afterEach(closeRoutes);

it('queues a typed command once, however often Slack sends it', async () => {
  const { send, commands } = await route();
  const body = form(slashCommand());

  const answers = await Promise.all(Array.from({ length: 20 }, () => send(body)));

  expect(answers.map(({ status, text }) => `${status}${text}`)).toEqual(Array(20).fill('200'));
  expect(await commands()).toEqual([
    expect.objectContaining({
      kind: 'typed',
      text: 'deploy staging',
      user: 'U0ASHA',
      team: 'T0ACME',
      channel: 'C0STG',
      responseUrl: 'https://hooks.slack.com/commands/T0ACME/1/x',
      receivedAt: NOON.toISOString(),
      reference: expect.stringMatching(/^[0-9a-f]{8}$/),
    }),
  ]);
});

it('queues a click as the text of its button', async () => {
  const { send, commands } = await route();

  expect((await send(form({ payload: JSON.stringify(click()) }))).status).toBe(200);

  expect(await commands()).toEqual([
    expect.objectContaining({ kind: 'clicked', text: 'unlock staging', user: 'U0BEN', team: 'T0ACME' }),
  ]);
});

it('takes two commands of one person as two', async () => {
  const { send, commands } = await route();

  await send(form(slashCommand()));
  await send(form(slashCommand({ trigger_id: '123.457.abcdef' })));

  expect(await commands()).toHaveLength(2);
});

it.each([
  ['typed', [slashCommand(), slashCommand({ text: 'lock' }), slashCommand({ user_id: 'U0DAN' })]],
  [
    'clicked',
    ['unlock staging', 'lock staging --wait'].map((value) =>
      asPayload(click({ actions: [{ action_id: 'command:x', action_ts: '1.1', value }] })),
    ),
  ],
])('takes as many as differ in anything, whatever Slack calls them: %s', async (_what, requests) => {
  const { send, commands } = await route();

  for (const request of [...requests, ...requests]) await send(form(request));

  expect(await commands()).toHaveLength(requests.length);
});

it('names the team of the person who clicks, not the one in which the button stands', async () => {
  const { send, commands } = await route();

  await send(form({ payload: JSON.stringify(click({ user: { id: 'U0EVE', team_id: 'T0EVIL' } })) }));

  expect(await commands()).toEqual([expect.objectContaining({ team: 'T0EVIL' })]);
});

const seconds = (count: number) => new Date(NOON.getTime() + count * 1_000);
const command = form(slashCommand());

it.each<{ when: string; headers: Record<string, string>; status: number }>([
  { when: 'is signed now', headers: signed(command, NOON), status: 200 },
  { when: 'is 300 seconds old', headers: signed(command, seconds(-300)), status: 200 },
  { when: 'is 301 seconds old', headers: signed(command, seconds(-301)), status: 401 },
  { when: 'is 300 seconds early', headers: signed(command, seconds(300)), status: 200 },
  { when: 'is 301 seconds early', headers: signed(command, seconds(301)), status: 401 },
  { when: 'is signed with another key', headers: signed(command, NOON, 'another'), status: 401 },
  { when: 'is signed with an empty key', headers: signed(command, NOON, ''), status: 401 },
  { when: 'signs another body', headers: signed(`${command}x`, NOON), status: 401 },
  { when: 'has no signature', headers: without('x-slack-signature'), status: 401 },
  { when: 'has no time', headers: without('x-slack-request-timestamp'), status: 401 },
  { when: 'has an empty signature', headers: changed('x-slack-signature', () => ''), status: 401 },
  {
    when: 'has another version',
    headers: changed('x-slack-signature', (value) => value.replace('v0', 'v1')),
    status: 401,
  },
  {
    when: 'has a signature cut short',
    headers: changed('x-slack-signature', (value) => value.slice(0, -1)),
    status: 401,
  },
  { when: 'has a time in words', headers: changed('x-slack-request-timestamp', () => 'now'), status: 401 },
  {
    when: 'has two signatures',
    headers: changed('x-slack-signature', (value) => `${value}, x`),
    status: 401,
  },
])('answers $status to a request that $when', async ({ headers, status }) => {
  const { send, commands } = await route();

  expect((await send(command, headers)).status).toBe(status);

  expect(await commands()).toHaveLength(status === 200 ? 1 : 0);
});

const many = Array.from({ length: 10_000 }, (_, index) => `key${index}=1`).join('&');
const { trigger_id: _trigger, ...noTrigger } = slashCommand();
const { team_id: _team, ...noTeam } = slashCommand();
const { user_id: _user, ...noUser } = slashCommand();
const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;

it.each<{ what: string; body: string | Buffer; type?: string; status: number; queued?: number }>([
  {
    what: 'a form with a charset',
    body: command,
    type: 'application/x-www-form-urlencoded; charset=utf-8',
    status: 200,
    queued: 1,
  },
  {
    what: 'a command as JSON',
    body: JSON.stringify(slashCommand()),
    type: 'application/json',
    status: 200,
    queued: 1,
  },
  {
    what: 'an event',
    body: '{"type":"event_callback","event":{"type":"app_mention"}}',
    type: 'application/json',
    status: 200,
  },
  {
    what: 'an event that is null',
    body: '{"type":"event_callback","event":null}',
    type: 'application/json',
    status: 200,
  },
  { what: 'a modal', body: form({ payload: '{"type":"view_submission","view":{}}' }), status: 200 },
  {
    what: 'a click on a link',
    body: form({ payload: JSON.stringify(click({ actions: [{ action_id: 'open' }] })) }),
    status: 200,
  },
  {
    what: 'a click without its person',
    body: form({ payload: JSON.stringify(click({ user: undefined })) }),
    status: 400,
  },
  {
    what: 'a click without a team',
    body: form({ payload: JSON.stringify(click({ user: { id: 'U1' }, team: null })) }),
    status: 400,
  },
  {
    what: 'actions that are no list',
    body: form({ payload: JSON.stringify(click({ actions: 'x' })) }),
    status: 400,
  },
  { what: 'a key twice that nobody reads', body: `${command}&user_name=a&user_name=b`, status: 400 },
  { what: 'a text given twice', body: `${command}&text=production`, status: 400 },
  { what: 'no trigger', body: form(noTrigger), status: 400 },
  { what: 'no team', body: form(noTeam), status: 400 },
  { what: 'no person', body: form(noUser), status: 400 },
  { what: 'a payload that is no JSON', body: form({ payload: '{' }), status: 400 },
  { what: 'a payload that is a list', body: form({ payload: '[]' }), status: 400 },
  { what: 'JSON ten thousand levels deep', body: form({ payload: deep }), status: 200 },
  { what: 'ten thousand keys', body: many, status: 400 },
  { what: 'bytes that are not UTF-8', body: Buffer.from([...Buffer.from(command), 0xff]), status: 400 },
  {
    what: 'a lone surrogate',
    body: form({ payload: JSON.stringify(click()).replace('unlock staging', 'unlock \\ud800') }),
    status: 200,
    queued: 1,
  },
  { what: 'escapes that are not UTF-8', body: `${command}%ff%fe`, status: 200, queued: 1 },
  { what: 'a multipart form', body: command, type: 'multipart/form-data; boundary=x', status: 415 },
  { what: 'more than a megabyte', body: `${command}&more=${'x'.repeat(1_100_000)}`, status: 413 },
])('answers $status to $what', async ({ body, type, status, queued = 0 }) => {
  const { send, commands } = await route();
  const headers = signed(body, NOON);

  expect(
    (await send(body, { ...headers, 'content-type': type ?? headers['content-type'] ?? '' })).status,
  ).toBe(status);

  expect(await commands()).toHaveLength(queued);
});

it('answers the check of its certificate and does nothing else, whatever comes with it', async () => {
  const { send, commands } = await route();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };

  const smuggled = form({ ssl_check: '1', payload: JSON.stringify(click()), ...slashCommand() });

  expect((await send(smuggled, type)).status).toBe(200);
  expect((await send(smuggled)).status).toBe(200);
  expect(await commands()).toEqual([]);
});

it('answers the challenge of a new address only when it is signed', async () => {
  const { send } = await route();
  const body = '{"type":"url_verification","challenge":"abc"}';
  const type = { 'content-type': 'application/json' };

  expect(await send(body, { ...signed(body, NOON), ...type })).toMatchObject({
    status: 200,
    text: '{"challenge":"abc"}',
  });
  expect((await send(body, type)).status).toBe(401);
});

it('drops a response_url that leads elsewhere, and keeps it out of the log', async () => {
  const { send, commands, lines } = await route();

  await send(form(slashCommand({ response_url: 'https://hooks.slack.com.evil.example/x' })));

  expect(await commands()).toEqual([expect.objectContaining({ responseUrl: '' })]);
  expect(lines.join('')).toContain('response_url dropped');
  expect(lines.join('')).not.toMatch(/evil|123\.456|a-secret/);
});

it.each([
  ['typed', form(slashCommand({ text: 'x'.repeat(500_000) }))],
  [
    'clicked',
    form({
      payload: JSON.stringify(
        click({ actions: [{ action_id: 'command:x', action_ts: '1.1', value: 'x'.repeat(5_000) }] }),
      ),
    }),
  ],
])('queues so much of a command that is too long (%s) as its refusal needs', async (_how, body) => {
  const { send, commands } = await route();

  expect(await send(body)).toEqual({ status: 200, text: '' });

  const [job] = await commands();
  expect(() => parse(CommandJob.parse(job).text, [])).toThrow('too long');
});

it('tells how each request ended', async () => {
  const { send, outcomes } = await route();

  await send(command);
  await send(command, {});
  await send(form({ payload: '{"type":"view_closed"}' }));

  expect(outcomes).toEqual(['queued', 'refused', 'ignored']);
});

it('does not start with an empty signing secret', () => {
  const ctx = testContext();

  expect(() =>
    createSlackRoute({ ...ctx, slackApiUrl: 'https://slack.com/api/', signingSecret: '' }),
  ).toThrow('empty');
});

function without(name: string): Record<string, string> {
  const { [name]: _left, ...rest } = signed(command, NOON);
  return rest;
}

function changed(name: string, change: (value: string) => string): Record<string, string> {
  const headers = signed(command, NOON);
  return { ...headers, [name]: change(headers[name] ?? '') };
}
