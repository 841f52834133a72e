import { afterAll, expect, it, jest } from '@jest/globals';
import * as z from 'zod';
import { webhookTo } from '../support/house-town.ts';
import { closeHouses, inHouse } from '../support/house.ts';
import type { Target } from '../support/target.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const BEHIND_A_PROXY = 'https://baton.acme.example';

const environments = (target: Target) => ({ staging: { services: ['api'], driver: webhookTo(target) } });

it('logs where each role listens; a worker, which nobody reaches from outside, says the same', async () => {
  await inHouse({ environments }, async (house) => {
    const env = { BATON_URL: BEHIND_A_PROXY };
    const [web, worker] = await Promise.all([house.start('web', env), house.start('worker', env)]);

    const listens = readyAt(worker.lines);
    expect(readyAt(web.lines)).toBe(house.url);
    expect((await fetch(`${listens}/healthz`)).status).toBe(200);
    expect(worker.lines).toContain(`Baton (worker) listens at ${listens}`);
    expect(web.lines).toContain(`Baton (web) listens at ${BEHIND_A_PROXY}`);
  });
});

function readyAt(lines: readonly string[]): string {
  const line = lines.find((one) => one.includes('"Baton is ready"')) ?? '{}';
  return z.object({ url: z.string() }).parse(JSON.parse(line)).url;
}
