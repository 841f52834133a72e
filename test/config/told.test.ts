import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { listAudit } from '../../src/audit/store.ts';
import { readSettings } from '../../src/config/settings.ts';
import { tellConfig } from '../../src/config/told.ts';
import { type Opened, openContext } from '../../src/open-context.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { GOOD } from '../support/config-file.ts';
import { type OwnRedis, ownRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  closeContexts();
});

const A = { file: '/etc/baton/baton.yml', outcome: 'accepted', digest: 'a'.repeat(64) } as const;
const B = { ...A, digest: 'b'.repeat(64) };
const BAD = { ...B, outcome: 'refused', problem: 'baton.yml:3:1 roles: test-secret is no role' } as const;

it('tells the trail once of each change, however many processes see it', async () => {
  const ctx = testContext();

  for (const judged of [A, BAD, B]) await Promise.all([1, 2, 3].map(() => tellConfig(ctx, judged)));
  await tellConfig(ctx, B);

  expect(await entries(ctx.redis)).toMatchObject([
    { outcome: 'accepted', detail: { sha256: A.digest } },
    {
      outcome: 'refused',
      detail: { sha256: B.digest, problem: 'baton.yml:3:1 roles: [redacted] is no role' },
    },
    { outcome: 'accepted', detail: { sha256: B.digest } },
  ]);
});

it('tells it again when an earlier configuration comes back', async () => {
  const ctx = testContext();

  for (const judged of [A, B, A, B]) await tellConfig(ctx, judged);

  const told = await entries(ctx.redis);
  expect(told.map((entry) => ('detail' in entry ? entry.detail : undefined))).toEqual(
    [A, B, A, B].map(({ digest: sha256 }) => ({ sha256 })),
  );
});

it('tells it once after a process that died before it had noted that', async () => {
  const ctx = testContext();
  await tellConfig(ctx, A);
  const noted = (await ctx.redis.get('baton:{audit}:config')) ?? '';
  await tellConfig(ctx, B);
  await ctx.redis.set('baton:{audit}:config', noted);

  await tellConfig(ctx, B);

  expect(await entries(ctx.redis)).toHaveLength(2);
});

it('tells the trail what every process of an installation takes or refuses', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-config-'));
  const path = join(folder, 'baton.yml');
  writeFileSync(path, GOOD);
  ends.push(() => rmSync(folder, { recursive: true }));
  const redis = await ownRedis();
  ends.push(() => redis.stop());
  const [first, second] = await Promise.all([
    openHere(redis, path, 'fast'),
    openHere(redis, path, 'patient'),
  ]);
  const told = async (count: number) =>
    until('the trail to hear of it', async () => {
      const heard = await entries(first.ctx.redis);
      return heard.length >= count ? heard : undefined;
    });

  writeFileSync(path, GOOD.replace('T0ACME', 'acme'));
  await told(1);
  writeFileSync(path, GOOD.replace('T0ACME', 'T0OTHER'));
  await told(2);
  writeFileSync(path, GOOD);
  await told(3);
  await until('both to have taken it', () =>
    [first, second].every(({ ctx }) => ctx.config.slack.workspace === 'T0ACME'),
  );

  expect(await entries(first.ctx.redis)).toMatchObject([
    { actor: 'baton', action: 'config', subject: 'baton.yml', outcome: 'refused', reason: null },
    { actor: 'baton', action: 'config', subject: 'baton.yml', outcome: 'accepted' },
    { actor: 'baton', action: 'config', subject: 'baton.yml', outcome: 'accepted' },
  ]);
});

async function openHere({ socket }: OwnRedis, path: string, use: 'fast' | 'patient'): Promise<Opened> {
  const settings = readSettings({
    SLACK_BOT_TOKEN: 'xoxb-for-tests',
    SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef',
    BATON_CONFIG: path,
    BATON_DATA: dirname(path),
  });
  const place = { redisUrl: `unix://${socket}`, batonUrl: 'http://127.0.0.1:3000' };
  const opened = await openContext({ settings, ...place, use, log: pino({ level: 'silent' }) });
  ends.push(() => opened.close());
  return opened;
}

async function entries(redis: RedisClient) {
  return (await listAudit(redis, { limit: 100 })).items.toReversed();
}
