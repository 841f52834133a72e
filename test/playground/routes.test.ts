import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createRoutes, type Routes } from '../../playground/routes.ts';
import { startTinyBot, type TinyBot } from '../support/tiny-bot.ts';

let bot: TinyBot;
let routes: Routes;
beforeEach(async () => {
  bot = await startTinyBot();
  routes = createRoutes({ slack: bot.slack, demo: { commands: [], hints: [] } });
  bot.mount((request, response) => routes.handle(request, response));
});
afterEach(async () => {
  routes.close();
  await bot.close();
});

const TYPED = { user: 'U0ASHA', channel: 'C0SHOP', text: 'good morning' };

/** With `node:http`, because `fetch` does not let a test choose the Host. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${bot.url}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

const json = { 'content-type': 'application/json' };

it('serves the page with a policy that lets no foreign script in', async () => {
  const response = await fetch(bot.url);
  const page = await response.text();

  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(page).toContain('<script type="module" src="/playground/page/chat.js">');
  expect(page).not.toMatch(/<script(?![^>]*src=)|\son\w+=|\sstyle=/);
});

it('serves every file that the page asks for', async () => {
  const page = await (await fetch(bot.url)).text();
  const named = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  const chat = await (await fetch(`${bot.url}/playground/page/chat.js`)).text();
  const imported = [...chat.matchAll(/from '\.\/([^']+)'/g)].map(
    ([, name = '']) => `/playground/page/${name}`,
  );

  for (const path of [...named, ...imported]) expect([path, await send('GET', path)]).toEqual([path, 200]);
});

it.each([
  '/playground/page/../baton.yml',
  '/playground/page/%2e%2e/baton.yml',
  '/playground/page/nope.js',
  '/playground/constructor',
])('has nothing at %s', async (path) => {
  expect(await send('GET', path)).toBe(404);
});

it('leaves all other addresses to others', async () => {
  expect(await send('POST', '/slack/events')).toBe(401);
  expect(await send('GET', '/healthz')).toBe(404);
});

it.each<{ from: string; headers: Record<string, string> }>([
  { from: 'a page of another site', headers: { ...json, origin: 'https://evil.example' } },
  { from: 'another port of this machine', headers: { ...json, origin: 'http://127.0.0.1:1' } },
  { from: 'a sandboxed frame', headers: { ...json, origin: 'null' } },
  { from: 'a name that was bound to this machine', headers: { ...json, host: 'evil.example' } },
  { from: 'a form', headers: { 'content-type': 'text/plain' } },
])('refuses what comes from $from', async ({ headers }) => {
  expect(await send('POST', '/playground/type', headers, TYPED)).toBe(403);
  expect(bot.slack.messages('C0SHOP')).toEqual([]);
});

it('refuses to show the page under a foreign name', async () => {
  expect(await send('GET', '/', { host: 'evil.example:3000' })).toBe(403);
  expect(await send('GET', '/playground/state', { host: 'evil.example' })).toBe(403);
});

it('takes what its own page sends, and a plain message reaches the channel as text', async () => {
  const { host } = new URL(bot.url);

  expect(
    await send(
      'POST',
      '/playground/type',
      { ...json, origin: `http://${host}` },
      { ...TYPED, text: '<!channel>' },
    ),
  ).toBe(200);

  expect(bot.slack.messages('C0SHOP')).toMatchObject([{ author: 'U0ASHA', text: '&lt;!channel&gt;' }]);
  expect(bot.slack.pings).toEqual([]);
});

it.each([
  { what: 'no text', body: { ...TYPED, text: ' ' }, status: 400 },
  { what: 'an unknown key', body: { ...TYPED, admin: true }, status: 400 },
  { what: 'a person who is nobody', body: { ...TYPED, user: 'U0NOBODY', text: '/deploy' }, status: 409 },
  {
    what: 'a channel that the person is not in',
    body: { ...TYPED, channel: 'C0BENS', text: '/deploy' },
    status: 409,
  },
])('refuses a command with $what', async ({ body, status }) => {
  expect(await send('POST', '/playground/type', json, body)).toBe(status);
});

it('streams the state first, then each new and each changed message', async () => {
  const response = await fetch(`${bot.url}/playground/events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) text += (await reader?.read())?.value ?? '';
  };

  await until('event: state');
  bot.slack.say(TYPED);
  await until('event: item');
  await until('good morning');
  routes.close();
  expect(await reader?.read()).toMatchObject({ done: true });
});
