import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addWorkflow } from '../../playground/github/seed.ts';
import { type PlayedGitHub, startPlayedGitHub } from '../../playground/github/server.ts';
import { type PlayedSlack, startPlayedSlack } from '../../playground/slack/played-slack.ts';
import type { Item } from '../../playground/slack/workspace.ts';
import { freshBuild } from './fresh-build.ts';
import { unusedPort } from './port.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { type RoleProcess, startRole } from './role-process.ts';
import { SIGNING_SECRET } from './slack-requests.ts';
import { startTarget, type Target } from './target.ts';

export const BOT_TOKEN = 'xoxb-house-0123456789-abcdefghijkl';
export const API_TOKEN = 'a-token-for-the-api-of-the-house';
export const DEPLOY_SECRET = 'a-secret-between-baton-and-target';
export const GITHUB_TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

const PEOPLE = [
  { id: 'U0ASHA', name: 'asha', realName: 'Asha', timezone: 'Asia/Kolkata' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben', timezone: 'America/Los_Angeles' },
] as const;
export const CHANNELS = [
  { id: 'C0STG', name: 'staging' },
  { id: 'C0PROD', name: 'production' },
  { id: 'C0REL', name: 'releases' },
  // Slack takes about one message a second in a channel: a test with many deployments spreads them.
  ...Array.from({ length: 12 }, (_, index) => ({ id: `C0MORE${index}`, name: `more-${index}` })),
];

/** Redis as Baton wants it: what it has answered survives a SIGKILL. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--hz', '100'];

export type Json = Record<string, unknown>;

export interface HouseOptions {
  /** The environments of the configuration; drivers that need the target's address take it from here. */
  readonly environments: (target: Target) => Json;
  readonly config?: Json;
  readonly people?: Parameters<typeof startPlayedSlack>[0]['people'];
  /** Slack's three seconds unless the machine may be busy. */
  readonly patienceMs?: number;
}

/** Baton as it runs at a customer's: roles as processes on a Redis, with Slack, GitHub and a target around them. */
export interface House {
  readonly slack: PlayedSlack;
  readonly github: PlayedGitHub;
  readonly target: Target;
  readonly redis: RedisServer;
  readonly url: string;
  readonly folder: string;
  readonly processes: readonly RoleProcess[];
  /** Starts a role and waits until it is ready. */
  start(role: 'web' | 'worker', env?: Record<string, string>): Promise<RoleProcess>;
  /** Runs a role that ends by itself. */
  run(...args: string[]): Promise<{ code: number | null; lines: readonly string[] }>;
  /** Starts the killed Redis on the same data. */
  restartRedis(): Promise<void>;
  type(user: string, text: string, channel?: string): ReturnType<PlayedSlack['type']>;
  /** What `/api` answers. */
  get(path: string): Promise<Json>;
  deployments(): Promise<readonly Deployment[]>;
  /** What runs now, as the API shows it. */
  running(): Promise<readonly string[]>;
  /** Baton's own messages in a channel, those in threads left out. */
  readonly told: (channel?: string) => readonly Item[];
  /** How many starts an environment's target saw, whatever its driver: a program leaves lines in `ENV.starts`. */
  starts(environment: string): number;
  /** Everything that any of the processes has written. */
  logs(): string;
  close(): Promise<void>;
}

/** A deployment as the API shows it. */
export interface Deployment extends Json {
  readonly id: string;
  readonly environment: string;
  readonly service: string;
  readonly ref: string;
  readonly sha: string;
  readonly state: string;
  readonly reason: string | null;
  readonly fence: number;
}

const open = new Set<House>();

/** To be called by each test file with houses, `afterAll(closeHouses)`: ends what a test that timed out has left. */
export async function closeHouses(): Promise<void> {
  await Promise.all(Array.from(open, (house) => house.close()));
}

/** Opens a house, does what is to be done in it, and clears it away. When that fails, the logs are in the error. */
export async function inHouse(options: HouseOptions, work: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse(options);
  try {
    await work(house);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\n${house.logs()}`;
    throw error;
  } finally {
    await house.close();
  }
}

/** Asks until the answer is something. Throws when it has not come after a time that is long for what was asked. */
export async function until<Found>(
  what: string,
  ask: () => Found | Promise<Found>,
  seconds = 90,
): Promise<NonNullable<Found>> {
  const deadline = performance.now() + seconds * 1_000;
  while (performance.now() < deadline) {
    const found = await ask();
    if (found !== undefined && found !== null && found !== false) return found;
    await sleep(50);
  }
  throw new Error(`Not within ${seconds} s: ${what}`);
}

/** All that a message shows, markup and all. */
export function wordsOf({ text, blocks }: Pick<Item, 'text' | 'blocks'>): string {
  return [text, JSON.stringify(blocks)].join('\n');
}

async function openHouse(options: HouseOptions): Promise<House> {
  await freshBuild();
  const folder = mkdtempSync(join(tmpdir(), 'baton-house-'));
  const port = await unusedPort();
  const url = `http://127.0.0.1:${port}`;
  const [slack, github, target, firstRedis] = await Promise.all([
    startPlayedSlack({
      botToken: BOT_TOKEN,
      signingSecret: SIGNING_SECRET,
      eventsUrl: `${url}/slack/events`,
      people: [...PEOPLE, ...(options.people ?? [])],
      channels: CHANNELS,
      patienceMs: options.patienceMs ?? 20_000,
    }),
    startPlayedGitHub(),
    startTarget({ secret: DEPLOY_SECRET }),
    startRedisServer(DURABLE),
  ]);
  for (const name of ['acme/api', 'acme/web']) {
    addWorkflow(github.addRepository(name), { file: 'deploy.yml' });
  }
  let redis = firstRedis;
  const configFile = join(folder, 'baton.yml');
  writeFileSync(configFile, JSON.stringify(configOf(options, target))); // JSON is YAML

  const env = {
    BATON_CONFIG: configFile,
    BATON_DATA: join(folder, 'data'),
    BATON_URL: url,
    BATON_API_TOKEN: API_TOKEN,
    REDIS_URL: redis.url,
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: slack.apiUrl,
    GITHUB_TOKEN,
    GITHUB_API_URL: github.url,
    DEPLOY_SECRET,
  };
  const processes: RoleProcess[] = [];
  const begin = (args: readonly string[], more: Record<string, string>) => {
    const count = processes.filter(({ name }) => name.startsWith(args[0] ?? '')).length + 1;
    const role = startRole(`${args.join(' ')} ${count}`, { args, cwd: folder, env: { ...env, ...more } });
    processes.push(role);
    return role;
  };
  const get = async (path: string): Promise<Json> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${API_TOKEN}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Json;
  };
  const told = (channel = 'C0STG') =>
    slack.messages(channel).filter(({ author, thread }) => author === 'U0BATON' && thread === undefined);
  const house: House = {
    slack,
    github,
    target,
    get redis() {
      return redis;
    },
    url,
    folder,
    processes,
    start: async (role, more = {}) => {
      const started = begin([role], { PORT: role === 'web' ? String(port) : '0', ...more });
      await started.ready();
      return started;
    },
    run: async (...args) => {
      const role = begin(args, {});
      return { code: (await role.ended).code, lines: role.lines };
    },
    restartRedis: async () => {
      redis = await startRedisServer(DURABLE, redis.folder);
      await until('the web role to have Redis again', async () => (await fetch(`${url}/readyz`)).ok);
    },
    type: (user, text, channel = 'C0STG') => slack.type({ user, text, channel }),
    get,
    deployments: async () => (await get('/api/deployments'))['items'] as Deployment[],
    running: async () => {
      const { items } = (await get('/api/environments')) as {
        items: { services: { running: string[] }[] }[];
      };
      return items.flatMap(({ services }) => services.flatMap(({ running }) => running));
    },
    told,
    starts: (environment) => {
      const dispatched = [...github.repositories.values()].flatMap(({ runs }) => runs);
      return [
        ...target.starts.filter((one) => one.environment === environment),
        ...dispatched.filter(({ inputs }) => inputs['environment'] === environment),
        ...linesIn(join(folder, `${environment}.starts`)),
      ].length;
    },
    logs: () => processes.map(logOf).join('\n\n'),
    close: async () => {
      open.delete(house);
      await Promise.all(processes.map((role) => role.kill()));
      await Promise.all([slack.close(), github.close(), target.close(), redis.remove()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  open.add(house);
  return house;
}

function configOf({ environments, config }: HouseOptions, target: Target): Json {
  return {
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL' } },
    roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0BEN'] },
    services: { api: { repository: 'acme/api' }, web: { repository: 'acme/web' } },
    environments: environments(target),
    ...config,
  };
}

function logOf({ name, lines }: RoleProcess): string {
  return `--- ${name}\n${lines.slice(-60).join('\n')}`;
}

/** The `driver` section for the target, which tells the end by its status_url. */
export function webhookTo({ url, statusUrl }: Target): Json {
  return { type: 'webhook', url, status_url: statusUrl, secret_env: 'DEPLOY_SECRET' };
}

function linesIn(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}
