import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the address of a request says beyond its route. */
export interface Address {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export type Serve = (
  request: IncomingMessage,
  response: ServerResponse,
  address: Address,
) => Promise<void> | void;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** The whole path; a part such as `:id` stands for anything without a slash. */
  readonly path: string;
  readonly serve: Serve;
  /** Only programs ask, so the headers that protect browsers are left out. */
  readonly forPrograms?: boolean;
}

/** An answer other than success. The message and the fields are shown to whoever asked. */
export class HttpError extends Error {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.fields = fields;
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text)); // else it goes out in several pieces
  response.end(text);
}

/**
 * To be called after an answer that did not wait for the whole request: what still comes is thrown away for a moment, so
 * that the sender can read the answer.
 */
export function throwRestAway(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.destroy(), 1_000).unref();
}

/** The whole body. Throws HttpError 413 for more than `limitBytes`, 415 for a compressed one. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new HttpError(415, 'The body must not be compressed.');
  const tooLarge = () => new HttpError(413, `The body must not be larger than ${limitBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();

  const chunks: Buffer[] = [];
  let length = 0;
  // Not `for await`: leaving such a loop destroys the connection before the answer is out.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) return chunks.push(chunk);
      request.removeAllListeners('data').pause();
      return reject(tooLarge());
    });
    const whole = () =>
      chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
    request.once('end', () => resolve(whole()));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new Error('The connection broke off.'));
    });
  });
}
