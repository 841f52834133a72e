import { Redis } from 'ioredis';
import { type Load, loadCommands } from './load.ts';
import { lineOf, startBaton, startProcess, startRedis, temporaryFolder } from './processes.ts';

const ROUNDS = 5;
const SECONDS = 4;
const SIGNING_SECRET = 'bench-signing-secret';

const CONFIG = `
slack: { workspace: T0ACME, channels: { releases: C0REL } }
roles: { deployer: [U0ASHA] }
services: { api: { repository: acme/api } }
environments: { staging: { services: [api], driver: { type: command, argv: ["true"] } } }
`;

export interface AckResult {
  readonly what: string;
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/**
 * Signed command to ack at 50 connections: Baton's web role beside plain Bolt and Bolt with one BullMQ add, by turns,
 * each in a process of its own, medians of the rounds.
 */
export async function measureAck(): Promise<AckResult[]> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const bolt = (mode: string) =>
    startProcess(process.execPath, ['dist/bench/servers/bolt.js', mode, redis.socket, SIGNING_SECRET], {});
  const house = {
    redisSocket: redis.socket,
    slackApiUrl: 'http://127.0.0.1:9/api/',
    signingSecret: SIGNING_SECRET,
    config: CONFIG,
  };
  const [plain, adding] = [bolt('ack'), bolt('add')];
  const web = await startBaton('web', folder.path, house);
  const urls = {
    'Bolt that only acks': `http://127.0.0.1:${(await lineOf(plain, /^\d+$/)).trim()}`,
    'Bolt with one BullMQ add': `http://127.0.0.1:${(await lineOf(adding, /^\d+$/)).trim()}`,
    'Baton web role': web.url,
  };
  const rounds = new Map(Object.keys(urls).map((what): [string, Load[]] => [what, []]));
  const client = new Redis({ path: redis.socket });
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [what, url] of Object.entries(urls)) {
      const load = await loadCommands(url, SIGNING_SECRET, SECONDS);
      if (round > 0) rounds.get(what)?.push(load); // the first round warms up
      await client.flushall();
    }
  }
  client.disconnect();
  await Promise.all([plain.stop(), adding.stop(), web.stop()]);
  await redis.stop();
  folder.remove();
  return Array.from(rounds, ([what, loads]) => ({
    what,
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
    failed: loads.reduce((sum, { failed }) => sum + failed, 0),
  }));
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
