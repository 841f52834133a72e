import { createHmac } from 'node:crypto';
import autocannon from 'autocannon';

export interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** How many were answered with 2xx. */
  readonly answered: number;
}

export interface LoadOptions {
  /** With the path. */
  readonly url: string;
  readonly seconds: number;
  /** Each request as it is to be sent. */
  readonly next: () => { readonly body: string; readonly headers: Record<string, string> };
  /** How many requests a connection has; it begins again with the first. */
  readonly each: number;
}

const CONNECTIONS = 50;

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

/**
 * Sends requests over 50 connections for so long. They are all made before the time begins: the sender shares the cores
 * with what is measured, and what it does in that time is taken from that.
 */
export async function load({ url, seconds, next, each }: LoadOptions): Promise<Load> {
  const path = new URL(url).pathname;
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    setupClient: (client) =>
      client.setRequests(Array.from({ length: each }, () => ({ method: 'POST', path, ...next() }))),
  });
  return {
    perSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
    answered: result['2xx'],
  };
}

/** Sends signed commands, every one a new command. Throws when all of them were sent. */
export async function loadCommands(url: string, signingSecret: string, seconds: number): Promise<Load> {
  const each = MOST_A_SECOND * seconds;
  const done = await load({
    url: `${url}/slack/events`,
    seconds,
    next: () => signedCommand(signingSecret),
    each,
  });
  if (done.answered > each * CONNECTIONS) throw new Error('more commands were sent than were made');
  return done;
}

/** A connection's; it waits for each answer, and none comes in less than a few milliseconds. */
const MOST_A_SECOND = 400;

export interface Measured {
  readonly what: string;
  /** One of each round; medians of them below. */
  readonly loads: readonly Load[];
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
}

const ROUNDS = 12;

/**
 * Loads one after the other, in one order and in the other by turns; a first round warms up. Short rounds, and many: the
 * machine's speed changes by the minute.
 */
export async function measureByTurns(
  servers: readonly { readonly what: string; readonly load: () => Promise<Load> }[],
): Promise<Measured[]> {
  const loads = servers.map(() => new Array<Load>());
  for (let round = 0; round <= ROUNDS; round += 1) {
    const order = [...servers.entries()];
    for (const [index, { load: send }] of round % 2 === 0 ? order : order.toReversed()) {
      const done = await send();
      if (round > 0) loads[index]?.push(done);
    }
  }
  return servers.map(({ what }, index) => summary(what, loads[index] ?? []));
}

function summary(what: string, loads: readonly Load[]): Measured {
  return {
    what,
    loads,
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
    failed: loads.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** What was measured round by round. */
interface Rounds {
  readonly loads: readonly Pick<Load, 'perSecond'>[];
}

/** How many times as many a second the one had as the other had in the same round: the median of the rounds. */
export function timesAsFast(one: Rounds, other: Rounds): number {
  return median(
    one.loads.map(({ perSecond }, round) => perSecond / (other.loads[round]?.perSecond ?? Number.NaN)),
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
