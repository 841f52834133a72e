import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { isSame } from '../same.ts';
import { plainText, webAddress } from './text.ts';

/** What a target tells beside the state. A field that is no use is dropped: it must not hide the state. */
export const resultDetails = {
  description: z
    .string()
    .transform((text) => plainText(text))
    .optional()
    .catch(undefined),
  url: z.string().transform(webAddress).optional().catch(undefined),
  log_url: z.string().transform(webAddress).optional().catch(undefined),
};

/** The body of `POST /api/deployments/ID/result` (docs/drivers.md). */
export const CallbackBody = z.object({
  deployment: z.string().max(200),
  fence: z.int(),
  state: z.enum(['success', 'failure', 'in_progress']),
  ...resultDetails,
});
export type CallbackBody = z.infer<typeof CallbackBody>;

/** What a target has reported of its own accord. */
export type TargetResult = Omit<CallbackBody, 'deployment' | 'fence'>;

/** The value of `X-Baton-Signature-256` for a body: `sha256=HEX`, the HMAC-SHA256 of its raw bytes. */
export function signatureOf(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** True only when the header is the signature of exactly these bytes; the time it takes tells nothing. */
export function verifyCallback(
  body: string | Uint8Array,
  signature: string | undefined,
  secret: string,
): boolean {
  if (secret === '' || signature === undefined) return false;
  return isSame(signature, signatureOf(body, secret));
}
