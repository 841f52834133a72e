import { afterEach, expect, it } from '@jest/globals';
import { createDeployment } from '../../src/deployments/store.ts';
import { lock, storeLocks } from '../support/board.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { pageRoutes } from '../../src/web/page.ts';
import { SESSION_SECONDS } from '../../src/web/token.ts';
import { CHROMIUM, launchBrowser, NO_BROWSER } from '../support/browser.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

it('lets in whoever knows the token, with a cookie that scripts and other sites cannot use', async () => {
  const { signIn, ask } = await page();

  const cookie = await signIn('right');

  expect(cookie).toMatch(
    /^baton_session=\d+\.[0-9a-f]{64}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(cookie).not.toContain('right');
  expect(await ask(cookie ?? '')).toBe(200);
});

it('keeps the cookie to https where it is reached by https', async () => {
  expect(await (await page({ https: true })).signIn('right')).toMatch(/; Secure$/);
});

it('keeps out whoever does not', async () => {
  const { signIn, ask } = await page();

  expect(await signIn('wrong')).toBeNull();
  expect(await signIn('')).toBeNull();
  expect(await ask('')).toBe(401);
  expect(await ask(`baton_session=${NOON.getTime() * 2}.${'0'.repeat(64)}`)).toBe(401);
  expect(await ask('baton_session=right')).toBe(401);
});

it('ends a session after twelve hours, and when the token is changed', async () => {
  const { signIn, ask, ctx } = await page();
  const cookie = (await signIn('right')) ?? '';
  const later = await page({ token: 'another' });

  ctx.now = () => new Date(NOON.getTime() + SESSION_SECONDS * 1_000 - 1);
  expect(await ask(cookie)).toBe(200);
  ctx.now = () => new Date(NOON.getTime() + SESSION_SECONDS * 1_000);
  expect(await ask(cookie)).toBe(401);
  expect(await later.ask(cookie)).toBe(401);
});

if (CHROMIUM === undefined) process.stderr.write(`${NO_BROWSER}\n`);
(CHROMIUM === undefined ? it.skip : it)(
  'shows in a browser what is live, locked and running, with all text inert',
  async () => {
    const { url, ctx } = await page();
    const nasty = '<img src=x onerror=alert(1)>';
    await createDeployment(ctx.redis, wanted({ ref: nasty, logUrl: 'javascript:alert(1)' }));
    await storeLocks(ctx.redis, [lock({ holder: 'U0BEN', reason: nasty })]);
    const browser = await launchBrowser();
    try {
      const tab = await browser.newPage();
      const trouble: string[] = [];
      tab.on('pageerror', (error) => trouble.push(error.message));
      tab.on('dialog', (dialog) => trouble.push(dialog.message()));
      await tab.goto(url);
      await tab.fill('#token', 'wrong');
      await tab.click('text=Sign in');
      await tab.waitForSelector('text=That is not the token.');
      await tab.fill('#token', 'right');
      await tab.click('text=Sign in');
      await tab.waitForSelector('article');

      const text = await tab.innerText('main');
      expect(await tab.locator('#sign-in').isVisible()).toBe(false);
      expect(text).toMatch(/staging, held by Ben.*, because “<img src=x onerror=alert\(1\)>”/);
      expect(text).toContain('running: staging-');
      expect(text).toContain(`${nasty} (bbbbbbb)`);
      expect(await tab.locator('main img, main a').count()).toBe(0);

      await tab.click('text=Sign out');
      await tab.waitForSelector('#sign-in', { state: 'visible' });
      await tab.reload();
      await tab.waitForSelector('#sign-in', { state: 'visible' });
      expect(trouble).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

async function page({ token = 'right', https = false } = {}) {
  const ctx = testContext();
  const routes = [
    ...pageRoutes({ token, https, now: () => ctx.now() }),
    ...apiRoutes(ctx, { token, open: false }),
  ];
  const url = await serve({ routes });
  return {
    ctx,
    url,
    signIn: async (given: string) => {
      const answer = await fetch(`${url}/page/sign-in`, { method: 'POST', body: given });
      expect(answer.status).toBe(answer.headers.has('set-cookie') ? 204 : 401);
      return answer.headers.get('set-cookie');
    },
    ask: async (cookie: string) =>
      (await fetch(`${url}/api/environments`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status,
  };
}
