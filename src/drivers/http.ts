import { problemWithAddress } from './address.ts';
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

/** Whether Baton may send to the address; the same rule as when the configuration is read, asked at each call. */
export function isAllowedTarget(address: string, allowHttp: readonly string[] = []): boolean {
  return problemWithAddress(address, allowHttp) === undefined;
}

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
