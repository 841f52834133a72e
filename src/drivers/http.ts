import { plainText } from './text.ts';

const SECONDS = 10;
const LARGEST_ANSWER = 1024 * 1024;

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly whole: boolean }
  /** Certain: no byte of the request reached the target. */
  | { readonly kind: 'not_sent'; readonly why: string }
  /** The request may have been read and acted on. */
  | { readonly kind: 'unclear'; readonly why: string };

/** One request, never repeated: no redirects, 10 s in all, at most 1 MB of the answer is read. Never throws. */
export async function ask(send: typeof fetch, url: string, request: RequestInit): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(SECONDS * 1_000);
    const response = await send(url, { ...request, redirect: 'manual', signal });
    return { kind: 'answer', status: response.status, ...(await readBounded(response)) };
  } catch (error) {
    return { kind: wasNeverSent(error) ? 'not_sent' : 'unclear', why: reasonOf(error) };
  }
}

/**
 * Whether Baton may send to the address: `https:`, or `http:` to loopback or a host that `allow_http` names (`host` or
 * `host:port`), and never with a user name or password in it. Asked when the configuration is read and at each call.
 */
export function isAllowedTarget(address: string, allowHttp: readonly string[] = []): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  if (url.protocol !== 'http:') return false;
  const allowed = allowHttp.map((host) => host.toLowerCase());
  return LOOPBACK.test(url.hostname) || allowed.includes(url.hostname) || allowed.includes(url.host);
}

// The URL parser has already turned 0x7f.1 and 2130706433 into 127.0.0.1.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

async function readBounded(response: Response): Promise<{ body: string; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the rest, so that a huge answer is never held.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_ANSWER) break;
  }
  return { body: Buffer.concat(chunks).toString('utf8'), whole: size <= LARGEST_ANSWER };
}

/** Whether what `fetch` threw proves that no byte of the request reached the target. */
export function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has(codeOf(error));
}

/** Errors of looking up the name, of connecting, and of TLS before anything is written. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function codeOf(error: unknown): string {
  return textIn(valueIn(error, 'cause'), 'code');
}

function reasonOf(error: unknown): string {
  if (textIn(error, 'name') === 'TimeoutError') return `no answer within ${SECONDS} seconds`;
  return plainText(textIn(valueIn(error, 'cause'), 'message') || codeOf(error) || textIn(error, 'message'));
}

function textIn(value: unknown, name: string): string {
  const text = valueIn(value, name);
  return typeof text === 'string' ? text : '';
}

// Not `instanceof Error`: fetch throws errors of Node's own realm, which a test runner's sandbox does not share.
function valueIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
