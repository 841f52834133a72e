import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';

/** A request that is answered with a status and nothing else. The message is for the log. */
export class RefusedRequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RefusedRequestError';
    this.status = status;
  }
}

const MAX_FORM_KEYS = 100;

/** The whole body. Rejects with 413 above `limitBytes`, with 408 when it takes longer than `seconds`. */
export function readBody(
  req: IncomingMessage,
  { limitBytes, seconds }: { readonly limitBytes: number; readonly seconds: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (status: number, message: string) => {
      clearTimeout(timer);
      req.removeAllListeners('data');
      reject(new RefusedRequestError(status, message));
    };
    const brokenOff = () => {
      if (!req.complete) refuse(400, 'The connection broke off');
    };
    const timer = setTimeout(() => refuse(408, 'The body came too slowly'), seconds * 1_000);
    if (Number(req.headers['content-length']) > limitBytes) return refuse(413, 'The body is too large');

    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) return refuse(413, 'The body is too large');
      chunks.push(chunk);
    });
    req.on('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
    });
    req.on('error', brokenOff);
    req.on('close', brokenOff);
  });
}

/** True for Slack's check of the certificate, which is not signed and must not do anything. */
export function isSslCheck(contentType: string | undefined, body: Buffer): boolean {
  return (
    mediaType(contentType) === FORM && body.includes('ssl_check=1') && SSL_CHECK.test(body.toString('latin1'))
  );
}

/** What Slack sent, from a form, a form's `payload` or JSON. Throws RefusedRequestError for anything else. */
export function parseBody(contentType: string | undefined, body: Buffer): object {
  if (!isUtf8(body)) throw new RefusedRequestError(400, 'The body is not UTF-8');
  const text = body.toString('utf8');
  const type = mediaType(contentType);
  if (type === 'application/json') return parseJson(text);
  if (type !== FORM) throw new RefusedRequestError(415, 'The content type is neither a form nor JSON');

  const form = parse(text, '&', '=', { maxKeys: MAX_FORM_KEYS + 1 });
  const values = Object.values(form);
  if (values.length > MAX_FORM_KEYS) throw new RefusedRequestError(400, 'The form has too many keys');
  if (values.some((value) => typeof value !== 'string')) {
    throw new RefusedRequestError(400, 'The form has a key twice');
  }
  return typeof form['payload'] === 'string' ? parseJson(form['payload']) : form;
}

const SSL_CHECK = /(^|&)ssl_check=1(&|$)/;
const FORM = 'application/x-www-form-urlencoded';

// Proxies add a charset; Slack itself sends none.
function mediaType(contentType = ''): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

function parseJson(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RefusedRequestError(400, 'The JSON cannot be read');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new RefusedRequestError(400, 'The JSON is not an object');
}
