import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** Whether the digest, 64 lower-case hex digits, is the HMAC-SHA256 of exactly these parts, one after the other. */
type HmacCheck = (digest: string, ...parts: readonly (string | Buffer)[]) => boolean;

/**
 * Makes the check of what was signed with a secret; an empty one verifies nothing. The key is made once: anew for each
 * request it costs as much as the digest of a small body.
 */
export function hmacCheck(secret: string): HmacCheck {
  if (secret === '') return () => false;
  const key = createSecretKey(secret, 'utf8');
  return (digest, ...parts) => {
    if (!/^[0-9a-f]{64}$/.test(digest)) return false;
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return timingSafeEqual(Buffer.from(digest, 'hex'), hmac.digest());
  };
}
