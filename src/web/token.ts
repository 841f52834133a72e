import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSame } from '../same.ts';
import { HttpError } from './route.ts';

export const SESSION_COOKIE = 'baton_session';
export const SESSION_SECONDS = 12 * 3_600;

/** Throws HttpError 401 unless the request bears the token or the cookie of a session. */
export function refuseStrangers({ headers }: IncomingMessage, token: string, now: Date): void {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer === undefined ? hasSession(headers.cookie, token, now) : isSame(bearer, token)) return;
  throw new HttpError(401, 'Send the header “Authorization: Bearer” with the token of BATON_API_TOKEN.');
}

/** The cookie's value for a browser that knew the token: when it ends, signed with the token itself. */
export function sessionFor(token: string, now: Date): string {
  const until = String(now.getTime() + SESSION_SECONDS * 1_000);
  return `${until}.${sign(until, token)}`;
}

export function hasSession(cookies: string | undefined, token: string, now: Date): boolean {
  const value = (cookies ?? '')
    .split('; ')
    .find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))
    ?.slice(SESSION_COOKIE.length + 1);
  const [, until = '', signature = ''] = /^(\d{1,16})\.([0-9a-f]{64})$/.exec(value ?? '') ?? [];
  return until !== '' && isSame(signature, sign(until, token)) && Number(until) > now.getTime();
}

function sign(until: string, token: string): string {
  return createHmac('sha256', token).update(`baton session until ${until}`).digest('hex');
}
