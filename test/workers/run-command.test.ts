import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { listAudit } from '../../src/audit/store.ts';
import type { CommandJob } from '../../src/jobs.ts';
import { metrics } from '../../src/metrics.ts';
import { claimCommand } from '../../src/slack/claim.ts';
import { runCommand } from '../../workers/run-command.ts';
import { lock, storeLocks } from '../support/board.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';

afterEach(() => {
  closeContexts();
  metrics.resetMetrics();
});

it('does not run what the person was told was not taken, and says so', async () => {
  const ctx = testContext();
  await claimCommand(ctx.redis, 'c-1', 'revoked');

  expect(await run(ctx)).toBe('done');

  expect(said(ctx)).toEqual([expect.stringMatching(/not taken.*not run.*again.*Reference: 1234abcd/)]);
  expect(await audited(ctx)).toEqual([
    expect.objectContaining({
      action: 'baton',
      subject: 'baton version',
      outcome: 'refused',
      reason: 'cancelled',
    }),
  ]);
  expect(JSON.stringify(ctx.queued)).toContain('`cancelled` · reference 1234abcd');
  expect(await metrics.getSingleMetricAsString('baton_commands_total')).toContain(
    '{command="unknown",reason="cancelled"} 1',
  );
});

it('keeps a command from being taken back once it runs, and runs it again after a death', async () => {
  const ctx = testContext();

  await run(ctx);
  expect(await claimCommand(ctx.redis, 'c-1', 'revoked')).toBe('taken');
  await run(ctx, { again: true });

  expect(said(ctx)).toEqual([expect.stringMatching(/Baton/)]);
  expect(await audited(ctx)).toEqual([]);
});

it('waits a moment for the revocation of a command that comes late', async () => {
  const ctx = testContext({ now: () => new Date(NOON.getTime() + 2_000) });

  expect(await run(ctx)).toEqual({ againInSeconds: 5 });
  expect(await claimCommand(ctx.redis, 'c-1', 'revoked')).toBe('revoked');
  expect(await run(ctx, { again: true })).toBe('done');

  expect(said(ctx)).toEqual([expect.stringMatching(/not taken/)]);
});

it.each(['typed', 'clicked'] as const)(
  'refuses a command that was cut (%s) with its reason',
  async (kind) => {
    const ctx = testContext();

    expect(await run(ctx, { kind, text: `baton version ${'x'.repeat(5_000)}`.slice(0, 4_001) })).toBe('done');

    expect(said(ctx)).toEqual([expect.stringMatching(/at most 4000 characters/)]);
    expect(await audited(ctx)).toEqual([
      expect.objectContaining({ outcome: 'refused', reason: 'invalid_command' }),
    ]);
  },
);

it.each([
  { who: 'U0ASHA', text: 'baton version', labels: 'command="baton version",reason=""' },
  {
    who: 'U0ASHA',
    text: `deploy staging@${'c0ffee00'.repeat(5)}`,
    labels: 'command="deploy",reason="locked"',
  },
  { who: 'U0CLEO', text: 'deploy staging', labels: 'command="deploy",reason="not_allowed"' },
  { who: 'U0ASHA', text: 'deploy stagging', labels: 'command="deploy",reason="unknown_environment"' },
  { who: 'U0ASHA', text: 'depoly staging', labels: 'command="unknown",reason="invalid_command"' },
])('counts “$text” of $who by $labels', async ({ who, text, labels }) => {
  const ctx = testContext();
  await storeLocks(ctx.redis, [lock({ holder: 'U0BEN' })]);

  await run(ctx, { user: who, text });

  expect(await metrics.getSingleMetricAsString('baton_commands_total')).toContain(`{${labels}} 1`);
});

it.each([
  { who: 'U0ASHA', text: 'baton version', msg: 'command done', command: 'baton version' },
  {
    who: 'U0ASHA',
    text: `deploy staging@${'c0ffee00'.repeat(5)}`,
    msg: 'command refused',
    command: 'deploy',
    reason: 'locked',
  },
  {
    who: 'U0BEN',
    text: `deploy production@${'c0ffee00'.repeat(5)}`,
    msg: 'command refused',
    command: 'deploy',
    reason: 'locked',
    reasons: ['locked', 'frozen'],
  },
  {
    who: 'U0ASHA',
    text: 'deploy stagng',
    msg: 'command refused',
    command: 'deploy',
    reason: 'unknown_environment',
  },
  {
    who: 'U0ASHA',
    text: 'lock staging --nope',
    msg: 'command refused',
    command: 'unknown',
    reason: 'invalid_command',
  },
])('logs “$msg” for “$text” of $who, and nothing of what was typed', async ({ who, text, ...line }) => {
  const lines: string[] = [];
  const ctx = testContext({ log: pino({ level: 'info' }, { write: (one) => void lines.push(one) }) });
  const freezes = [{ from: '2030-01-15T00:00', to: '2030-01-16T00:00', timezone: 'UTC', reason: 'audit' }];
  const place = { services: ['api'], driver: { type: 'command' as const, argv: ['true'] } };
  ctx.config = testConfig({ environments: { staging: place, production: { ...place, freezes } } });
  await storeLocks(ctx.redis, [lock({ holder: 'U0BEN' }), lock({ scope: 'production' })]);

  await run(ctx, { user: who, text });

  const [last = ''] = lines.slice(-1);
  const { level: _level, time: _time, pid: _pid, hostname: _hostname, ...told } = JSON.parse(last);
  expect(told).toEqual({ actor: who, ...line });
});

it.each([
  { text: 'lock staging', subject: 'staging', reason: 'locked' },
  { text: 'lock staging/api --steal', subject: 'staging/api', reason: 'invalid_command' },
  { text: 'unlock all --force because x', subject: 'all', reason: 'not_allowed' },
  { text: 'deploy cancel staging-abc', subject: 'staging-abc', reason: 'invalid_command' },
  { text: 'lock stagging', subject: 'stagging', reason: 'unknown_environment' },
  { text: 'lokc staging', subject: 'lokc staging', reason: 'invalid_command' },
])('notes what the refused “$text” was about', async ({ text, subject, reason }) => {
  const ctx = testContext();
  await storeLocks(ctx.redis, [lock({ holder: 'U0BEN' })]);

  await run(ctx, { text });

  expect(await audited(ctx)).toMatchObject([
    { subject, outcome: 'refused', reason, detail: { typed: text } },
  ]);
});

it.each([
  'deploy test-secret',
  `unlock all --force because ${'x'.repeat(166)} test-secret`, // the trail keeps 200 characters
  'unlock all --force because test-secret',
  'lock staging because the token is test-secret',
])('lets no secret that somebody typed into the trail: %s', async (text) => {
  const ctx = testContext();

  await run(ctx, { text });

  const trail = JSON.stringify(await audited(ctx));
  expect(trail).toContain('U0ASHA');
  expect(trail).not.toContain('test-s');
});

it.each(['deploy test-secret', 'deploy staging test-secret', 'lock staging for test-secret'])(
  'lets no secret that somebody mistyped into the answer: %s',
  async (text) => {
    const ctx = testContext();

    await run(ctx, { text });

    const answer = JSON.stringify(ctx.queued);
    expect(answer).toContain('“[redacted]”');
    expect(answer).not.toContain('test-s');
  },
);

it('answers what looks like a secret in quotes', async () => {
  const ctx = testContext();

  expect(await run(ctx, { text: 'deploy "authorization":"x' })).toBe('done');

  expect(said(ctx)).toEqual([expect.stringContaining('The quotation mark is never closed')]);
  expect(await audited(ctx)).toEqual([expect.objectContaining({ outcome: 'refused' })]);
});

it('lets no secret into what others hear of a reason', async () => {
  const ctx = testContext();

  await run(ctx, { text: 'lock staging because the token is test-secret' });

  const heard = JSON.stringify(ctx.queued);
  expect(heard).toContain('the token is [redacted]');
  expect(heard).not.toContain('test-s');
});

async function run(
  ctx: TestContext,
  {
    kind = 'typed',
    text = 'baton version',
    user = 'U0ASHA',
    again = false,
  }: Partial<CommandJob & { again: boolean }> = {},
) {
  const who = { user, team: 'T0ACME', channel: 'C0STG', responseUrl: '' };
  const job = { version: 1, kind, text, ...who, receivedAt: NOON, reference: '1234abcd' } as const;
  return runCommand.run(ctx, job, { id: 'c-1', again, last: false });
}

function said({ queued }: TestContext): unknown[] {
  return queued.map(({ data }) => JSON.parse(JSON.stringify(data)).view.text);
}

async function audited({ redis }: TestContext): Promise<readonly unknown[]> {
  return (await listAudit(redis, { limit: 10 })).items;
}
