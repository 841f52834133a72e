import { Redis } from 'ioredis';
import { type Measured, loadCommands, measureByTurns } from './load.ts';
import { lineOf, type Started, startBaton, startProcess, startRedis, temporaryFolder } from './processes.ts';

const SECONDS = 2;
const SIGNING_SECRET = 'bench-signing-secret';

const CONFIG = `
slack: { workspace: T0ACME, channels: { releases: C0REL } }
roles: { deployer: [U0ASHA] }
services: { api: { repository: acme/api } }
environments: { staging: { services: [api], driver: { type: command, argv: ["true"] } } }
`;

/**
 * Signed command to ack at 50 connections: Baton's web role beside plain Bolt and Bolt with one BullMQ add, by turns,
 * each in a process of its own.
 */
export async function measureAck(): Promise<Measured[]> {
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
  const urlOf = async (server: Started) => `http://127.0.0.1:${(await lineOf(server, /^\d+$/)).trim()}`;
  const client = new Redis({ path: redis.socket });
  const loads = async (url: string) => {
    const load = await loadCommands(url, SIGNING_SECRET, SECONDS);
    await client.flushall();
    return load;
  };
  const [plainUrl, addingUrl] = await Promise.all([urlOf(plain), urlOf(adding)]);
  const measured = await measureByTurns([
    { what: 'Bolt that only acks', load: () => loads(plainUrl) },
    { what: 'Bolt with one BullMQ add', load: () => loads(addingUrl) },
    { what: 'Baton web role', load: () => loads(web.url) },
  ]);
  client.disconnect();
  await Promise.all([plain.stop(), adding.stop(), web.stop()]);
  await redis.stop();
  folder.remove();
  return measured;
}
