import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment, loadDeployment } from '../../src/deployments/store.ts';
import { forgetfulMemory, openMemory } from '../../src/redis/memory.ts';
import { deploy } from '../../workers/deploy.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { testConfig } from './config.ts';
import { NOON, type TestContext, testContext } from './context.ts';
import { wanted } from './deployment.ts';
import { clientFor, testGitHub } from './github.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';
import { startTarget, type Target } from './target.ts';

/** A Redis that a test may empty, a target that sees every start, and a GitHub. */
export interface Plant {
  redis: RedisServer;
  readonly target: Target;
  readonly played: PlayedGitHub;
  /** Head of `main` of acme/api. */
  readonly sha: string;
  /** What makes a request one of the service web. */
  readonly web: { readonly service: string; readonly repository: string; readonly sha: string };
  /** A worker as after its start, which remembers by a folder; the same folder is the same machine. */
  worker(options?: { folder?: string | undefined; github?: boolean; config?: Config }): Promise<TestContext>;
  folder(): string;
  close(): Promise<void>;
}

export async function startPlant(options: readonly string[] = []): Promise<Plant> {
  const target = await startTarget();
  const { played } = await testGitHub();
  const api = played.addRepository('acme/api');
  const web = played.addRepository('acme/web');
  const folders: string[] = [];
  const connections: Redis[] = [];
  const plant: Plant = {
    redis: await startRedisServer(['--save', '', ...options]),
    target,
    played,
    sha: api.branches.get('main') ?? '',
    web: { service: 'web', repository: 'acme/web', sha: web.branches.get('main') ?? '' },
    folder: () => {
      const folder = mkdtempSync(join(tmpdir(), 'baton-plant-'));
      folders.push(folder);
      return folder;
    },
    worker: async ({ folder, github = true, config = plantConfig(target) } = {}) => {
      const redis = new Redis({ path: plant.redis.socket, maxRetriesPerRequest: null });
      redis.on('error', () => undefined); // the test takes it away
      connections.push(redis);
      const client = github ? clientFor(played.url) : undefined;
      const base = testContext();
      const memory =
        folder === undefined ? forgetfulMemory() : await openMemory(folder, 'redis://h:1', base.log);
      const driverTools = { ...base.driverTools, github: client };
      return testContext({ redis, memory, config, github: client, driverTools });
    },
    close: async () => {
      for (const redis of connections) redis.disconnect();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      await target.close();
      await plant.redis.remove();
    },
  };
  return plant;
}

export function plantConfig({ url, statusUrl }: Target, approvals = 0): Config {
  const driver = { type: 'webhook' as const, url, status_url: statusUrl, secret_env: 'DEPLOY_SECRET' };
  return testConfig({
    roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0ASHA', 'U0BEN'] },
    environments: { staging: { services: ['api', 'web'], driver, checks: 'none', approvals } },
  });
}

/** A queued deployment of the service api, with its lease. */
export async function request(ctx: TestContext, overrides: Partial<Deployment>): Promise<Deployment> {
  const driverOptions = ctx.config.environments['staging']?.driver ?? {};
  const blank = { refKind: 'sha', kind: 'deploy', of: null, waits: false, breakGlass: null } as const;
  const rest = { approvalRule: '', judgedAt: null, verdicts: [], cancelledBy: null };
  const created = await createDeployment(ctx.redis, {
    ...wanted(),
    ...blank,
    ...rest,
    driverOptions,
    createdAt: ctx.now(),
    ...overrides,
  });
  if (created.kind === 'leased') throw new Error('leased');
  return created.deployment;
}

/** What the deployment's own job does in one look. */
export async function look(ctx: TestContext, id: string) {
  const job = { version: 1 as const, deployment: id, reference: 'abcd1234' };
  return deploy.run(ctx, job, { id, again: false, last: false });
}

let reports = 0;

/** Tells GitHub how the deployment stands. */
export async function report(ctx: TestContext, id: string): Promise<void> {
  reports += 1;
  const job = { version: 1 as const, deployment: id, reference: 'abcd1234' };
  await reportDeployment.run(ctx, job, { id: `report-${reports}`, again: false, last: false });
}

/** Deploys until it is live, and GitHub knows. */
export async function makeLive(ctx: TestContext, plant: Plant, overrides: Partial<Deployment> = {}) {
  const { id } = await request(ctx, { sha: plant.sha, ...overrides });
  await look(ctx, id);
  plant.target.state = 'success';
  await look(ctx, id);
  await report(ctx, id);
  plant.target.state = 'in_progress';
  return loadDeployment(ctx.redis, id);
}

export function later(ctx: TestContext, seconds: number): void {
  const at = new Date(ctx.now().getTime() + seconds * 1_000);
  ctx.now = () => at;
}

export { NOON };
