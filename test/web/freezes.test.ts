import { afterEach, expect, it } from '@jest/globals';
import { setFreeze } from '../../src/freezes/store.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, testContext, type TestContext } from '../support/context.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

it('shows what freezes an environment and when it opens, by the configuration or by a person', async () => {
  const nights = [{ from: 'tue 18:00', to: 'wed 06:00', timezone: 'UTC', reason: 'night' }];
  const driver = { type: 'command' as const, argv: ['true'] };
  const staging = { services: ['api'], driver, freezes: nights };
  const ctx = testContext({ config: testConfig({ environments: { staging, demo: staging } }) });
  ctx.now = () => new Date('2030-01-15T20:00:00Z');
  const since = ctx.now();
  await setFreeze(ctx.redis, { environment: 'staging', command: 'c' }, () => {
    const until = new Date('2030-01-16T08:00:00Z');
    return { version: 1, id: 'f', by: 'U0BEN', reason: 'sale', since, until };
  });

  expect(await environments(ctx)).toMatchObject([
    { freeze: { reason: 'night; sale', until: '2030-01-16T08:00:00.000Z', by: 'U0BEN' } },
    { freeze: { reason: 'night', until: '2030-01-16T06:00:00.000Z', by: null } },
  ]);
});

it('shows a freeze that cannot be read as one', async () => {
  const ctx = testContext();
  await ctx.redis.set('baton:{staging}:freeze', 'rubbish');

  expect(await environments(ctx)).toMatchObject([
    { freeze: { until: null, unreadable: true } },
    { freeze: null },
  ]);
});

async function environments(ctx: TestContext): Promise<unknown> {
  const url = await serve({ routes: apiRoutes(ctx, { token: undefined, open: true }) });
  const json: Record<string, unknown> = JSON.parse(await (await fetch(`${url}/api/environments`)).text());
  return json['items'];
}
