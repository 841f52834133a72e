import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { isSame } from '../same.ts';
import { HttpError, readBody, type Route } from './route.ts';
import { SESSION_COOKIE, SESSION_SECONDS, sessionFor } from './token.ts';

export interface PageOptions {
  /** BATON_API_TOKEN: who knows it may sign in. */
  readonly token: string;
  /** Browsers reach it over https, so its cookie travels over nothing else. */
  readonly https: boolean;
  readonly now: Clock;
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html' },
  { path: '/page/page.js', file: 'page.js', type: 'text/javascript' },
  { path: '/page/style.css', file: 'style.css', type: 'text/css' },
];

/** The web page: what is live, locked and running. It holds nothing itself; the API gives that to whoever signed in. */
export function pageRoutes({ token, https, now }: PageOptions): Route[] {
  const cookie = (value: string, seconds: number) =>
    `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
  return [
    ...FILES.map(staticFile),
    {
      method: 'POST',
      path: '/page/sign-in',
      async serve(request, response) {
        const given = (await readBody(request, 4_096)).toString('utf8').trim();
        if (!isSame(given, token)) throw new HttpError(401, 'That is not the token of BATON_API_TOKEN.');
        response.setHeader('set-cookie', cookie(sessionFor(token, now()), SESSION_SECONDS));
        response.writeHead(204).end();
      },
    },
    {
      method: 'POST',
      path: '/page/sign-out',
      serve(_request, response) {
        response.writeHead(204, { 'set-cookie': cookie('', 0) }).end();
      },
    },
  ];
}

function staticFile({ path, file, type }: (typeof FILES)[number]): Route {
  return {
    method: 'GET',
    path,
    async serve(_request, response) {
      const content = await readFile(new URL(`page/${file}`, import.meta.url));
      response.setHeader('content-security-policy', POLICY);
      response.setHeader('content-type', `${type}; charset=utf-8`);
      response.end(content);
    },
  };
}
