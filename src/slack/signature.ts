import { createHmac } from 'node:crypto';
import { isSame } from '../same.ts';

/** How far a signed time may be from ours, in both directions (docs.slack.dev: verifying requests from Slack). */
const WINDOW_SECONDS = 300;

export interface SignedRequest {
  /** Slack's `x-slack-request-timestamp` and `x-slack-signature`, as they came. */
  readonly timestamp: string | string[] | undefined;
  readonly signature: string | string[] | undefined;
  /** The bytes that were signed: never a decoded or parsed form of them. */
  readonly body: Buffer;
}

/** Whether Slack signed this very body within the last five minutes. An empty secret verifies nothing. */
export function isSignedBySlack(
  { timestamp, signature, body }: SignedRequest,
  secret: string,
  now: Date,
): boolean {
  if (secret === '' || typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > WINDOW_SECONDS) return false;

  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return isSame(signature, `v0=${digest}`);
}
