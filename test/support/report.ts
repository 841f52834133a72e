import type { Octokit } from 'octokit';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import type { Repository } from '../../playground/github/state.ts';
import {
  type Change,
  type Deployment,
  type DeploymentState,
  transition,
} from '../../src/deployments/deployment.ts';
import { createDeployment, loadDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { NOON, type TestContext, testContext } from './context.ts';
import { wanted } from './deployment.ts';
import { testGitHub } from './github.ts';

export interface ReportWorld {
  readonly ctx: TestContext;
  readonly played: PlayedGitHub;
  readonly github: Octokit;
  readonly api: Repository;
  /** Records a deployment of the default branch, and answers its id. */
  readonly request: (overrides?: Partial<Deployment>) => Promise<string>;
  readonly move: (id: string, state: DeploymentState, change?: Change) => Promise<void>;
  readonly report: (id: string, name?: string) => ReturnType<typeof reportDeployment.run>;
  /** What each GitHub Deployment has been told, oldest first. */
  readonly states: () => string[][];
}

/** Deployments of `acme/api` in real Redis, and a GitHub that is told of them. */
export async function reportWorld(): Promise<ReportWorld> {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const ctx = testContext({ github });
  return {
    ctx,
    played,
    github,
    api,
    request: async (overrides = {}) => {
      const sha = api.branches.get('main') ?? '';
      const created = await createDeployment(ctx.redis, wanted({ sha, ...overrides }));
      if (created.kind !== 'created') throw new Error(created.kind);
      return created.deployment.id;
    },
    move: async (id, state, change = {}) => {
      const before = await loadDeployment(ctx.redis, id);
      const after = transition(before, state, NOON, change);
      await replaceDeployment(ctx.redis, before, after, { freeLease: state === 'success' });
    },
    report: (id, name = 'j1') => reportDeployment.run(ctx, job(id), attempt(name)),
    states: () => api.deployments.map(({ statuses }) => statuses.map(({ state }) => state)),
  };
}

export const job = (id: string) => ({ version: 1 as const, deployment: id, reference: 'abcd1234' });
export const attempt = (name: string) => ({ id: name, again: false, last: false });
