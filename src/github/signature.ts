import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

const SCHEME = 'sha256=';

/** Whether a header can be a signature at all: only SHA-256 counts (`X-Hub-Signature-256`). */
export function isSignature(header: string | string[] | undefined): header is string {
  return typeof header === 'string' && /^sha256=[0-9a-f]{64}$/.test(header);
}

/**
 * Makes the check whether GitHub signed exactly these bytes with the webhook's secret. An empty secret verifies nothing.
 * The key is made once: for each delivery anew it costs as much as the digest of a small body.
 */
export function signatureCheck(secret: string): (body: Buffer, signature: string) => boolean {
  if (secret === '') return () => false;
  const key = createSecretKey(secret, 'utf8');
  return (body, signature) => {
    if (!isSignature(signature)) return false;
    const given = Buffer.from(signature.slice(SCHEME.length), 'hex');
    return timingSafeEqual(given, createHmac('sha256', key).update(body).digest());
  };
}
