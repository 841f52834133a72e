import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlayedSlack } from '../../playground/slack/played-slack.ts';
import type { Item } from '../../playground/slack/workspace.ts';
import { freshBuild } from './fresh-build.ts';
import { API_TOKEN, openTown, settingsFor, type Town, type TownOptions } from './house-town.ts';
import { unusedPort } from './port.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { type RoleProcess, startRole } from './role-process.ts';
import { endRuns } from './runs.ts';
import { until } from './until.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Baton as it runs at a customer's: roles as processes on a Redis, with Slack, GitHub and a target around them. */
export interface House extends Town {
  readonly redis: RedisServer;
  readonly url: string;
  /** Where the processes run. */
  readonly folder: string;
  readonly processes: readonly RoleProcess[];
  /** Starts a role and waits until it is ready. */
  start(role: 'web' | 'worker', env?: Record<string, string>): Promise<RoleProcess>;
  /** Runs a role that ends by itself. */
  run(...args: string[]): Promise<{ code: number | null; lines: readonly string[] }>;
  /** Starts the killed Redis on the same data, and waits until the web role has it. */
  restartRedis(): Promise<void>;
  type(user: string, text: string, channel?: string): ReturnType<PlayedSlack['type']>;
  /** What `/api` answers. */
  get(path: string): Promise<Json>;
  /** All pages of a list of `/api`, newest first. */
  list(path: string): Promise<readonly Json[]>;
  deployments(): Promise<readonly Deployment[]>;
  /** What runs now, as the API shows it. */
  running(): Promise<readonly string[]>;
  /** Baton's own messages in a channel, those in threads left out. */
  readonly told: (channel?: string) => readonly Item[];
  /** How many starts an environment's target saw, whatever its driver: a program leaves lines in `ENV.starts`. */
  starts(environment: string): number;
  /** The last that each of the processes has written. */
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
  readonly requested_by: string;
}

/** Redis as Baton wants it: what it has answered survives a SIGKILL. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--hz', '100'];

const open = new Set<Pick<House, 'close'>>();

/** To be called by each test file with houses, `afterAll(closeHouses)`: ends what a test that timed out has left. */
export async function closeHouses(): Promise<void> {
  await Promise.all(Array.from(open, (house) => house.close()));
}

/** Opens a house, does what is to be done in it, and clears it away. When that fails, the logs are in the error. */
export async function inHouse(options: TownOptions, work: (house: House) => Promise<void>): Promise<void> {
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

/** All that a message shows, markup and all. */
export function wordsOf({ text, blocks }: Pick<Item, 'text' | 'blocks'>): string {
  return [text, JSON.stringify(blocks)].join('\n');
}

async function openHouse(options: TownOptions): Promise<House> {
  await freshBuild();
  const folder = mkdtempSync(join(tmpdir(), 'baton-house-'));
  const port = await unusedPort();
  const url = `http://127.0.0.1:${port}`;
  const [town, firstRedis] = await Promise.all([openTown(url, options), startRedisServer(DURABLE)]);
  let redis = firstRedis;
  const settings = {
    ...settingsFor(town),
    BATON_CONFIG: join(folder, 'baton.yml'),
    BATON_DATA: join(folder, 'data'),
    BATON_URL: url,
    REDIS_URL: redis.url,
  };
  writeFileSync(settings.BATON_CONFIG, JSON.stringify(town.config)); // JSON is YAML
  const roles = createRoles(folder, settings);
  const close = async () => {
    open.delete(house);
    await Promise.all(roles.processes.map((role) => role.kill()));
    await Promise.all([town.close(), redis.remove(), endRuns(folder)]);
    rmSync(folder, { recursive: true, force: true });
  };
  const house: House = {
    ...town,
    ...shownBy(url, town),
    get redis() {
      return redis;
    },
    url,
    folder,
    processes: roles.processes,
    start: async (role, more = {}) => {
      const started = roles.begin([role], { PORT: role === 'web' ? String(port) : '0', ...more });
      await started.ready();
      return started;
    },
    run: async (...args) => {
      const role = roles.begin(args, {});
      return { code: (await role.ended).code, lines: role.lines };
    },
    restartRedis: async () => {
      redis = await startRedisServer(DURABLE, redis.folder);
      await until('the web role to have Redis again', async () => (await fetch(`${url}/readyz`)).ok);
    },
    type: (user, text, channel = 'C0STG') => town.slack.type({ user, text, channel }),
    starts: (environment) => countStarts(town, folder, environment),
    logs: () => roles.processes.map(logOf).join('\n\n'),
    close,
  };
  open.add(house);
  return house;
}

function createRoles(cwd: string, settings: Readonly<Record<string, string>>) {
  const processes: RoleProcess[] = [];
  const begin = (args: readonly string[], more: Readonly<Record<string, string>>) => {
    const words = args.join(' ');
    const count = processes.filter(({ name }) => name.startsWith(words)).length + 1;
    const role = startRole(`${words} ${count}`, { args, cwd, env: { ...settings, ...more } });
    processes.push(role);
    return role;
  };
  return { processes, begin };
}

/** What people and programs can see of it from outside. */
function shownBy(
  url: string,
  { slack }: Town,
): Pick<House, 'get' | 'list' | 'deployments' | 'running' | 'told'> {
  const get = async (path: string): Promise<Json> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${API_TOKEN}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Json;
  };
  const list = async (path: string): Promise<Json[]> => {
    const items: Json[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const before: string = next === '' ? '' : `&before=${next}`;
      const page = await get(`${path}?limit=100${before}`);
      items.push(...(page['items'] as Json[]));
      next = page['next'] as string | null;
    }
    return items;
  };
  return {
    get,
    list,
    deployments: async () => (await list('/api/deployments')) as Deployment[],
    running: async () => {
      const environments = (await list('/api/environments')) as { services: { running: string[] }[] }[];
      return environments.flatMap(({ services }) => services.flatMap(({ running }) => running));
    },
    told: (channel = 'C0STG') =>
      slack.messages(channel).filter(({ author, thread }) => author === 'U0BATON' && thread === undefined),
  };
}

function countStarts({ target, github }: Town, folder: string, environment: string): number {
  const dispatched = [...github.repositories.values()].flatMap(({ runs }) => runs);
  const notes = join(folder, `${environment}.starts`);
  return [
    ...target.starts.filter((start) => start.environment === environment),
    ...dispatched.filter(({ inputs }) => inputs['environment'] === environment),
    ...(existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : []),
  ].length;
}

function logOf({ name, lines }: RoleProcess): string {
  return `--- ${name}\n${lines.slice(-60).join('\n')}`;
}
