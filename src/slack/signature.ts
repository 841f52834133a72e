import { hmacCheck } from '../hmac.ts';

/** How far a signed time may be from ours, in both directions (docs.slack.dev: verifying requests from Slack). */
const WINDOW_SECONDS = 300;

const SCHEME = 'v0=';

export interface SignedRequest {
  /** Slack's `x-slack-request-timestamp` and `x-slack-signature`, as they came. */
  readonly timestamp: string | string[] | undefined;
  readonly signature: string | string[] | undefined;
  /** The bytes that were signed: never a decoded or parsed form of them. */
  readonly body: Buffer;
}

/** Makes the check whether Slack signed this very body within the last five minutes. An empty secret verifies nothing. */
export function slackSignatureCheck(secret: string): (request: SignedRequest, now: Date) => boolean {
  const isSigned = hmacCheck(secret);
  return ({ timestamp, signature, body }, now) => {
    if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return false;
    if (typeof signature !== 'string' || !signature.startsWith(SCHEME)) return false;
    if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > WINDOW_SECONDS) return false;
    return isSigned(signature.slice(SCHEME.length), `v0:${timestamp}:`, body);
  };
}
