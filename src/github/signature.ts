import { createHmac, timingSafeEqual } from 'node:crypto';

const SCHEME = 'sha256=';

/** Whether a header can be a signature at all: only SHA-256 counts (`X-Hub-Signature-256`). */
export function isSignature(header: string | string[] | undefined): header is string {
  return typeof header === 'string' && /^sha256=[0-9a-f]{64}$/.test(header);
}

/** Whether GitHub signed exactly these bytes with the webhook's secret. An empty secret verifies nothing. */
export function isSignedByGitHub(body: Buffer, signature: string, secret: string): boolean {
  if (secret === '' || !isSignature(signature)) return false;
  const given = Buffer.from(signature.slice(SCHEME.length), 'hex');
  return timingSafeEqual(given, createHmac('sha256', secret).update(body).digest());
}
