import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import type { Config } from '../../src/config/schema.ts';
import { csv } from '../../src/mail/csv.ts';
import { createMailer } from '../../src/mail/mail.ts';
import { isMailOn, queueDigestMail } from '../../src/mail/queue.ts';
import { digestMail } from '../../src/views/digest-mail.ts';
import { sendMail } from '../../workers/send-mail.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { unusedPort } from '../support/port.ts';
import { closeSmtpServers, headerOf, partsOf, type SmtpRules, smtpServer } from '../support/smtp.ts';

afterEach(closeContexts);
afterEach(closeSmtpServers);

const ACCOUNT = { user: 'baton@acme.example', password: 'hunter2hunter2' };
const MAIL = { from: 'baton@acme.example', to: ['releases@acme.example', 'it@acme.example'] };

it('sends the digest to each recipient, with its figures attached', async () => {
  const { queue, work, server } = await world();
  await queue();

  expect(await work()).toEqual(['done', 'done']);

  expect(server.mails.map(({ from, to }) => `${from} > ${to}`)).toEqual([
    'baton@acme.example > releases@acme.example',
    'baton@acme.example > it@acme.example',
  ]);
  const raw = server.mails[0]?.raw ?? '';
  expect(headerOf(raw, 'Subject')).toBe('Handoff from bengaluru to us');
  expect(headerOf(raw, 'To')).toBe('releases@acme.example, it@acme.example');
  expect(headerOf(raw, 'Message-ID')).toBe('<digest-bengaluru-us-2030-01-15@acme.example>');
  expect(headerOf(raw, 'Date')).toBe('Tue, 15 Jan 2030 12:00:00 +0000');
  const parts = partsOf(raw);
  expect(parts['text/plain']).toContain('- Asha holds staging');
  expect(parts['text/html']).toContain('Asha holds staging &lt;b&gt;');
  expect(parts['text/csv']).toContain('api,12\r\nweb,3');
});

it('keeps what was queued first, and queues it once for each recipient', async () => {
  const { ctx, queue, work, server } = await world();
  await queue();
  await queue('Another subject');

  expect(ctx.queued.filter((job) => job.queue === 'mails')).toHaveLength(2);
  await work();
  expect(server.mails.map(({ raw }) => headerOf(raw, 'Subject'))).toEqual(
    Array(2).fill('Handoff from bengaluru to us'),
  );
});

it('sends nothing twice when its job runs again', async () => {
  const { queue, work, server } = await world();
  await queue();
  await work();

  expect(await work()).toEqual(['done', 'done']);

  expect(server.mails).toHaveLength(2);
});

it('repeats as the very same mail what may have been taken already', async () => {
  const { queue, work, server } = await world({ breakAfterData: true });
  await queue();

  expect(await work()).toEqual([{ againInSeconds: 60 }, { againInSeconds: 60 }]);
  server.rules.breakAfterData = false;
  expect(await work()).toEqual(['done', 'done']);

  const ids = server.mails.map(({ raw }) => headerOf(raw, 'Message-ID'));
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(1);
});

it.each<{ when: string; answers: Record<string, string>; said: RegExp; notices: number; to?: RegExp }>([
  {
    when: 'the sender',
    answers: { 'MAIL FROM': '553 5.7.1 Sender address rejected: not owned by user' },
    said: /The mail server refuses the sender: 553 5\.7\.1 Sender address rejected: not owned by user/,
    notices: 1,
  },
  {
    when: 'to relay for the recipient',
    answers: { 'RCPT TO:<IT@': '550 5.7.1 Relaying denied' },
    said: /The mail server refuses the recipient: .*550 5\.7\.1 Relaying denied/,
    to: /does not go out by mail to IT@\S+\.\*/i,
    notices: 1,
  },
  {
    when: 'what the mail says',
    answers: { 'END OF DATA': '554 5.7.1 looks like spam' },
    said: /The mail server refuses the mail: .*554 5\.7\.1 looks like spam/,
    notices: 2,
  },
])(
  'tells once, and for good, when the server refuses $when',
  async ({ answers, said, notices, to = /does not go out by mail/ }) => {
    const { ctx, queue, work, told } = await world({ answers });
    await queue();

    expect(await work()).toEqual(['done', 'done']);
    await work();

    expect(told()).toHaveLength(notices);
    expect(told()[0]).toMatch(said);
    expect(told()[0]).toMatch(to);
    expect(told()[0]).toContain('The digest stands in its channel');
    const { items } = await listAudit(ctx.redis, { limit: 9 });
    expect(items).toHaveLength(notices);
    expect(items[0]).toMatchObject({ actor: 'baton', action: 'mail', outcome: 'failed' });
  },
);

it.each<{ when: string; answers: Record<string, string>; said: RegExp }>([
  { when: 'is busy', answers: { 'RCPT TO': '450 4.2.0 greylisted' }, said: /takes nothing now: .*450/ },
  { when: 'shuts down', answers: { 'MAIL FROM': '421 4.3.2 closing' }, said: /takes nothing now: .*421/ },
  {
    when: 'refuses the login',
    answers: { AUTH: '535 5.7.8 no' },
    said: /refuses the login of SMTP_URL: .*535/,
  },
  { when: 'offers no service', answers: { GREETING: '554 go away' }, said: /554 go away/ },
])('comes again to a server that $when, and tells once', async ({ answers, said }) => {
  const { queue, work, told, server } = await world({ answers });
  await queue();

  expect(await work()).toEqual([{ againInSeconds: 60 }, { againInSeconds: 60 }]);
  await work();
  expect(told()).toEqual([expect.stringMatching(said)]);
  expect(told()[0]).toContain('Baton tries again until');
  expect(told()[0]).not.toContain(ACCOUNT.password);

  server.rules.answers = {};
  expect(await work()).toEqual(['done', 'done']);
  expect(server.mails).toHaveLength(2);
});

it('asks a server that cannot be reached for a day, less and less often', async () => {
  const { ctx, queue, work, told } = await world({}, { port: await unusedPort() });
  await queue();
  const outcomes: unknown[] = [];

  for (const minutes of [0, 10, 90, 24 * 60]) {
    ctx.now = () => new Date(NOON.getTime() + minutes * 60_000);
    outcomes.push((await work())[0]);
  }

  expect(outcomes).toEqual([
    { againInSeconds: 60 },
    { againInSeconds: 300 },
    { againInSeconds: 1_800 },
    'done',
  ]);
  expect(told()).toEqual([
    expect.stringMatching(/cannot be reached.*tries again until/),
    expect.stringMatching(/cannot be reached.*does not send this mail again/),
  ]);
});

it('does not even ask the server in the name of somebody else, and goes on once the name is right', async () => {
  const { ctx, queue, work, told, server } = await world({}, { from: 'other@acme.example' });
  await queue();

  expect(await work()).toEqual([{ againInSeconds: 60 }, { againInSeconds: 60 }]);
  expect(told()).toEqual([expect.stringContaining('mail.from must be baton@acme.example')]);
  expect(server.commands).toEqual([]);

  ctx.config = testConfig({ mail: { ...MAIL, from: 'other@acme.example', sender_may_differ: true } });
  expect(await work()).toEqual(['done', 'done']);
  expect(server.mails.map(({ from }) => from)).toEqual(Array(2).fill('other@acme.example'));
});

it.each<{ missing: string; mail?: undefined; config?: Config }>([
  { missing: 'SMTP_URL', mail: undefined },
  { missing: 'the `mail` of the configuration', config: testConfig() },
])('is off without $missing', async (overrides) => {
  const { ctx, queue } = await world();
  const without = { ...ctx, ...overrides, ...('mail' in overrides && { mail: undefined }) };

  await queue(undefined, without);

  expect(isMailOn(without)).toBe(false);
  expect(ctx.queued).toEqual([]);
});

async function world(rules: Partial<SmtpRules> = {}, { port = 0, from = MAIL.from } = {}) {
  const server = await smtpServer({ login: ACCOUNT, ...rules });
  const access = { host: '127.0.0.1', port: port || server.port, secure: false, account: ACCOUNT };
  const ctx = testContext({ mail: createMailer(access) });
  ctx.config = testConfig({ mail: { ...MAIL, from } });
  const digest = (title: string) => ({
    title,
    intro: [],
    sections: [{ title: 'Locks', lines: ['<@U0ASHA> holds staging <b>'] }],
    url: null,
  });
  return {
    ctx,
    server,
    queue: async (title = 'Handoff from bengaluru to us', on = ctx) =>
      queueDigestMail(on, 'bengaluru-us-2030-01-15', {
        ...digestMail(digest(title), ctx.config.people),
        attachments: [
          {
            filename: 'deployments.csv',
            contentType: 'text/csv',
            content: csv([
              ['api', 12],
              ['web', 3],
            ]),
          },
        ],
      }),
    work: async () => {
      const outcomes: unknown[] = [];
      for (const { queue, id, data } of ctx.queued) {
        if (queue !== 'mails') continue;
        const { mail, to } = data as { mail: string; to: string };
        const job = { version: 1 as const, mail, to, reference: 'r' };
        outcomes.push(await sendMail.run(ctx, job, { id, again: false, last: false }));
      }
      return outcomes;
    },
    told: () =>
      ctx.queued.filter(({ queue }) => queue === 'messages').map(({ data }) => JSON.stringify(data)),
  };
}
