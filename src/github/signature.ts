import { hmacCheck } from '../hmac.ts';

const SCHEME = 'sha256=';

/** Whether a header can be a signature at all: only SHA-256 counts (`X-Hub-Signature-256`). */
export function isSignature(header: string | string[] | undefined): header is string {
  return typeof header === 'string' && /^sha256=[0-9a-f]{64}$/.test(header);
}

/** Makes the check whether GitHub signed exactly these bytes with the webhook's secret. An empty one verifies nothing. */
export function githubSignatureCheck(secret: string): (body: Buffer, signature: string) => boolean {
  const isSigned = hmacCheck(secret);
  return (body, signature) => signature.startsWith(SCHEME) && isSigned(signature.slice(SCHEME.length), body);
}
