import { SlackBusyError, SlackRefusedError, SlackUncertainError } from './client.ts';

const TIMEOUT_MS = 10_000;
const RESPONSE_URL = 'response_url';
const MAX_WAIT_SECONDS = 3_600;

/** Errors of a connection that never came about: the request certainly did not go out. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Slack's errors after which part of the work may have been done (docs.slack.dev: chat.postMessage, errors). */
const UNCERTAIN: ReadonlySet<string> = new Set(['fatal_error', 'internal_error']);
const BUSY: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'service_unavailable']);

export interface SlackRequest {
  /** For messages and logs: a Web API method, or `response_url`. */
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request once and returns the fields of Slack's answer. Rejects with one of the three errors of
 * client.ts, or with another one when the request certainly did not go out.
 */
export async function callSlack(
  fetchFn: typeof fetch,
  request: SlackRequest,
): Promise<Record<string, unknown>> {
  const { method, url, headers, body } = request;
  let response: Response | undefined;
  let text: string;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    response = await fetchFn(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    text = await response.text();
  } catch (error) {
    if (method === RESPONSE_URL && response?.ok === true) return {};
    if (NOT_SENT.has(codeOf(error)))
      throw new Error(`Slack cannot be reached for ${method}`, { cause: error });
    throw new SlackUncertainError(method, error);
  }
  return readAnswer(method, response, text);
}

function readAnswer(method: string, response: Response, text: string): Record<string, unknown> {
  const { status } = response;
  const fields = parseFields(text);
  const code = typeof fields?.['error'] === 'string' ? fields['error'] : undefined;
  // Slack answers `ok`, other servers nothing or something: what was not turned down was sent.
  if (method === RESPONSE_URL && response.ok && fields?.['ok'] !== false) return fields ?? {};
  if (status === 429 || (code !== undefined && BUSY.has(code))) {
    throw new SlackBusyError(method, retryAfter(response));
  }
  if (status >= 500) throw new SlackUncertainError(method, new Error(`HTTP ${status}`));
  if (code !== undefined && UNCERTAIN.has(code)) throw new SlackUncertainError(method, new Error(code));
  if (status >= 300) throw new SlackRefusedError(method, code ?? `http_${status}`);
  if (fields?.['ok'] === true) return fields;
  if (code !== undefined) throw new SlackRefusedError(method, code);
  if (method === RESPONSE_URL) throw new SlackRefusedError(method, 'not_ok');
  throw new SlackUncertainError(method, new Error('The answer cannot be read'));
}

function parseFields(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return seconds > 0 ? Math.min(seconds, MAX_WAIT_SECONDS) : 30;
}

function codeOf(error: unknown): unknown {
  const cause = fieldOf(error, 'cause');
  return fieldOf(cause, 'code');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
