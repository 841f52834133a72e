import { createHmac } from 'node:crypto';
import autocannon from 'autocannon';

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly signingSecret: string;
  readonly connections: number;
  readonly seconds: number;
}

let commands = 0;

/** A signed slash command as Slack sends it, each with a trigger id of its own. */
export function signedCommand(
  signingSecret: string,
  text = 'staging',
): { body: string; headers: Record<string, string> } {
  commands += 1;
  const body = new URLSearchParams({
    team_id: 'T0ACME',
    team_domain: 'acme',
    channel_id: 'C0STG',
    channel_name: 'staging',
    user_id: 'U0ASHA',
    user_name: 'asha',
    command: '/deploy',
    text,
    api_app_id: 'A0BATON',
    response_url: 'https://hooks.slack.com/commands/T0ACME/1/x',
    trigger_id: `${process.pid}.${Date.now()}.${commands}`,
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
  };
}

/** Sends signed commands over so many connections for so long; every one is a new command. */
export async function loadCommands({ url, signingSecret, connections, seconds }: LoadOptions): Promise<Load> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    requests: [
      {
        method: 'POST',
        path: '/slack/events',
        setupRequest: (request) => ({ ...request, ...signedCommand(signingSecret) }),
      },
    ],
  });
  return {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}
