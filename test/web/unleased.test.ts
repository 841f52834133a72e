import { afterEach, expect, it } from '@jest/globals';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { createDeployment } from '../../src/deployments/store.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { pageRoutes } from '../../src/web/page.ts';
import { CHROMIUM, launchBrowser, NO_BROWSER } from '../support/browser.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

it('lists what waits for approvals or its turn, newest first', async () => {
  const ctx = testContext();
  const [first, second] = await waiting(ctx);

  expect(await held(ctx, '?held=true')).toMatchObject([{ id: second }, { id: first }]);
  expect(await held(ctx, '?held=true&limit=1')).toMatchObject([{ id: second }]);
  expect(await held(ctx, '?held=true&environment=production')).toEqual([]);
});

it('says what it does not understand', async () => {
  const url = await serve({ routes: apiRoutes(testContext(), { token: undefined, open: true }) });

  const answer = await fetch(`${url}/api/deployments?held=maybe`);

  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('?held=true');
});

if (CHROMIUM === undefined) process.stderr.write(`${NO_BROWSER}\n`);
(CHROMIUM === undefined ? it.skip : it)(
  'shows in a browser what waits, and why',
  async () => {
    const ctx = testContext();
    const token = { token: 'right', open: false };
    const routes = [...apiRoutes(ctx, token), ...pageRoutes({ token: 'right', https: false, now: ctx.now })];
    const url = await serve({ routes });
    const browser = await launchBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(url);
      await tab.fill('#token', 'right');
      await tab.click('text=Sign in');
      await tab.waitForSelector('#environments article');
      expect(await tab.isVisible('#waits')).toBe(false);

      await waiting(ctx);
      await tab.reload();
      await tab.waitForSelector('#held tr');

      const shown = await tab.innerText('#waits');
      expect(shown).toMatch(/awaiting approval\s+nobody has approved it yet/);
      expect(shown).toMatch(/waiting\s+Number 1 in the line/);
    } finally {
      await browser.close();
    }
  },
  60_000,
);

async function waiting(ctx: TestContext): Promise<[string, string]> {
  await createDeployment(ctx.redis, wanted());
  const first = wanted({ state: 'waiting', summary: 'Number 1 in the line.' });
  const second = wanted({ state: 'awaiting_approval', createdAt: new Date(NOON.getTime() + 1_000) });
  await recordDeployment(ctx.redis, first);
  await recordDeployment(ctx.redis, second);
  return [first.id, second.id];
}

async function held(ctx: TestContext, query: string): Promise<unknown> {
  const url = await serve({ routes: apiRoutes(ctx, { token: undefined, open: true }) });
  const json: Record<string, unknown> = JSON.parse(
    await (await fetch(`${url}/api/deployments${query}`)).text(),
  );
  return json['items'];
}
