import type { Config } from '../../src/config/schema.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment, loadDeployment } from '../../src/deployments/store.ts';
import type { Outcome } from '../../src/worker.ts';
import { deploy } from '../../workers/deploy.ts';
import { testConfig } from './config.ts';
import { NOON, person, PEOPLE, type TestContext, testContext } from './context.ts';
import { wanted } from './deployment.ts';
import { type Said, speaker } from './say.ts';
import { startTarget, type Target } from './target.ts';

type Rules = Partial<Record<keyof Config['environments'][string], unknown>>;

/** Staging, production and a target that both are deployed to, without Slack, GitHub and processes in between. */
export interface Running {
  readonly ctx: TestContext;
  readonly target: Target;
  readonly say: (user: string, text: string, id?: string) => Promise<Said>;
  /** Types a deployment of a commit and gives its id. */
  ask(user: string, commit: string, environment?: string): Promise<string>;
  /** One look of its job. */
  look(id: string): Promise<Outcome>;
  /** One look that dies as soon as it has anything to tell: what was to be saved until then is saved. */
  dieAtEnd(id: string): Promise<Outcome>;
  /** Looks until its state changes no more. */
  bring(id: string): Promise<Deployment>;
  load(id: string): Promise<Deployment>;
  /** A queued deployment that holds its lease. */
  queued(overrides?: Partial<Deployment>): Promise<Deployment>;
  driver(overrides?: object): Record<string, unknown>;
  /** So many seconds after noon. */
  at(seconds: number): void;
  close(): Promise<void>;
}

export const DANA = 'U0DANA';

/** `rules` are those of both environments. */
export async function running(rules: Rules = {}): Promise<Running> {
  const target = await startTarget();
  const ctx = testContext();
  const driver = (overrides: object = {}) => ({
    type: 'webhook',
    url: target.url,
    status_url: target.statusUrl,
    secret_env: 'DEPLOY_SECRET',
    ...overrides,
  });
  const place = { services: ['api', 'web'], driver: driver(), checks: 'none', ...rules };
  ctx.config = testConfig({
    roles: { deployer: ['U0ASHA', 'U0BEN', DANA], approver: ['U0ASHA', 'U0BEN', DANA], admin: ['U0BEN'] },
    environments: { staging: place, production: place } as never,
  });
  ctx.slack.findPerson = async (id) => PEOPLE[id] ?? (id === DANA ? person({ id }) : undefined);
  const say = speaker(ctx);
  const load = (id: string) => loadDeployment(ctx.redis, id);
  const look = (id: string, as = ctx) =>
    deploy.run(as, { version: 1, deployment: id, reference: 'r' }, { id, again: false, last: false });
  let clock = 0;
  return {
    ctx,
    target,
    say,
    load,
    look: (id) => look(id),
    dieAtEnd: async (id) => look(id, { ...ctx, jobs: { add: () => Promise.reject(new Error('killed')) } }),
    driver,
    ask: async (user, commit, environment = 'staging') => {
      const before = new Set(asked(ctx));
      clock += 1; // requests that share a moment have no order
      ctx.now = () => new Date(NOON.getTime() + clock * 1_000);
      const reply = await say(user, `deploy ${environment} api@${commit}`);
      const [id] = asked(ctx).filter((one) => !before.has(one));
      if (id === undefined) throw new Error(`Not taken: ${reply.words}`);
      return id;
    },
    bring: async (id) => {
      for (let looks = 0; looks < 5; looks += 1) await look(id);
      return load(id);
    },
    queued: async (overrides = {}) => {
      const created = await createDeployment(ctx.redis, wanted({ driverOptions: driver(), ...overrides }));
      if (created.kind === 'leased') throw new Error('leased');
      return created.deployment;
    },
    at: (seconds) => {
      clock = seconds;
      ctx.now = () => new Date(NOON.getTime() + seconds * 1_000);
    },
    close: () => target.close().catch(() => undefined), // a test may have closed it
  };
}

function asked(ctx: TestContext): string[] {
  return ctx.queued
    .filter(({ queue, id }) => queue === 'deployments' && !id.includes('-wake-'))
    .map(({ id }) => id);
}

/** Forty letters that pass for a sha. */
export function sha(letter: string): string {
  return letter.repeat(40);
}
