import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { signatureOf } from '../../src/drivers/callback.ts';
import { connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { resultRoute } from '../../src/web/result.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { type OwnRedis, ownRedis } from '../support/own-redis.ts';
import { closeServers, serve } from '../support/web.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  await closeServers();
  for (const end of ends.splice(0).toReversed()) await end();
  closeContexts();
});

const PATHS = ['environments', 'deployments', 'deployments/staging-bcdfghjk', 'locks', 'audit'];

it.each([
  { how: 'is gone', harm: (redis: OwnRedis) => redis.stop(), why: 'it cannot be reached' },
  { how: 'hangs', harm: async (redis: OwnRedis) => void redis.server.kill('SIGSTOP'), why: /^no answer/ },
])('says with 503 that Redis is down when it $how', async ({ harm, why }) => {
  const redis = await ownRedis();
  ends.push(() => redis.stop());
  const base = await serveApi(redis);
  expect((await fetch(`${base}/api/environments`)).status).toBe(200);

  await harm(redis);
  const answers = await Promise.all([
    ...PATHS.map((path) => fetch(`${base}/api/${path}`)),
    fetch(`${base}/api/deployments/staging-bcdfghjk/result`, callback()),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([...PATHS, 'result'].map(() => 503));
  for (const answer of answers) {
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toEqual({
      error: 'Redis does not answer at the moment. Please try again.',
      down: [{ name: 'redis', why: expect.stringMatching(why) }],
    });
  }
});

it('does not blame Redis for what else goes wrong', async () => {
  const ctx = testContext();
  await ctx.redis.set('baton:environments', 'not a set');
  const base = await serve({ routes: apiRoutes(ctx, { token: undefined, open: true }) });

  const answer = await fetch(`${base}/api/environments`);

  expect(answer.status).toBe(500);
  expect(await answer.json()).toHaveProperty('reference');
});

async function serveApi({ socket }: OwnRedis): Promise<string> {
  const redis = connectRedis(`unix://${socket}`, 'fast', pino({ level: 'silent' }));
  ends.push(() => redis.disconnect());
  await waitForRedis(redis, 10);
  const ctx = testContext({ redis });
  return serve({ routes: [...apiRoutes(ctx, { token: undefined, open: true }), resultRoute(ctx)] });
}

function callback(): RequestInit {
  const body = JSON.stringify({ deployment: 'staging-bcdfghjk', fence: 1, state: 'success' });
  const headers = { 'x-baton-signature-256': signatureOf(body, 'test-secret') };
  return { method: 'POST', body, headers };
}
