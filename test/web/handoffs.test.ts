import { afterEach, expect, it } from '@jest/globals';
import { takeDigest } from '../../src/handoffs/take.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { closeContexts } from '../support/context.ts';
import { DIGEST, DUE, handoffWorld, minutesAfter } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';
import { closeServers as closeSlack } from '../support/slack-server.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeSlack();
  closeContexts();
});

it('tells the next handoff before there was any', async () => {
  const { ctx } = await handoffWorld();
  ctx.now = () => minutesAfter(-60);

  expect(await handoffs(ctx)).toEqual([
    {
      name: 'bengaluru-us',
      from: 'bengaluru',
      to: 'us',
      next: { at: DUE.toISOString(), to: 'us' },
      last: null,
    },
  ]);
});

it('tells the last digest, what it says and who took it, and the next one', async () => {
  const { ctx, at } = await handoffWorld();
  await speaker({ ...ctx, now: () => minutesAfter(-60) })('U0ASHA', 'lock staging because load test');
  await at(DUE);
  await takeDigest(ctx, DIGEST, { command: 'c1', person: 'U0BEN' });
  ctx.now = () => minutesAfter(1);

  expect(await handoffs(ctx)).toMatchObject([
    {
      next: { at: minutesAfter(24 * 60).toISOString() },
      last: {
        id: DIGEST,
        state: 'taken',
        taken_by: 'U0BEN',
        taken_at: DUE.toISOString(),
        open: 1,
        lines: [expect.stringMatching(/^staging: locked, <@U0ASHA>, 1 hour: “load test” → /)],
      },
    },
  ]);
});

async function handoffs(ctx: Parameters<typeof apiRoutes>[0]): Promise<unknown> {
  const url = await serve({ routes: apiRoutes(ctx, { token: undefined, open: true }) });
  const json: Record<string, unknown> = JSON.parse(await (await fetch(`${url}/api/handoffs`)).text());
  return json['items'];
}
