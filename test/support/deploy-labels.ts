import { setTimeout as sleep } from 'node:timers/promises';
import { putLabel } from '../../playground/github/seed.ts';
import { ASHA, type Person } from '../../playground/github/state.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import type { Outcome } from '../../src/worker.ts';
import { deployLabels } from '../../workers/deploy-labels.ts';
import { type PullRequestWorld, pullRequestWorld } from './pull-requests.ts';

export const PULL_REQUEST = { repository: 'acme/api', number: 12 };

const ATTEMPT = { id: 'l-1', again: false, last: false };

export interface LabelWorld extends PullRequestWorld {
  /** Puts a label on the pull request. */
  readonly label: (name: string, by?: Person) => void;
  /** Works the pull request until nothing is left that only the pace of writing to GitHub holds up. */
  readonly run: () => Promise<Outcome>;
  readonly deployments: () => Promise<Deployment[]>;
  readonly comments: () => string[];
}

/** A pull request whose labels may ask for deployments to `staging`, `production`, and `docs`, where it has no service. */
export async function labelWorld(): Promise<LabelWorld> {
  const world = await pullRequestWorld();
  const { ctx, repository, pullRequest } = world;
  const { staging } = ctx.config.environments;
  if (staging === undefined) throw new Error('no staging');
  const environments = { ...ctx.config.environments, docs: { ...staging, services: ['web'] } };
  ctx.config = { ...ctx.config, environments };
  const passTime = async () => {
    const writers = ['acme/api#12:labels', 'acme/api#12:answers:comment'];
    const turns = ['write', 'comment'].flatMap((kind) => [
      `${kind}:given`,
      ...writers.map((writer) => `${kind}:turn:${writer}`),
    ]);
    await ctx.redis.del(['used', ...turns].map((key) => `baton:{github-pace}:${key}`));
    await sleep(20);
  };
  return {
    ...world,
    label: (name, by = ASHA) => void putLabel(repository, pullRequest, name, by),
    run: async () => {
      for (;;) {
        const outcome = await deployLabels.run(ctx, { version: 1, ...PULL_REQUEST, why: 'test' }, ATTEMPT);
        if (outcome === 'done' || outcome.againInSeconds > 5) return outcome;
        await passTime();
      }
    },
    deployments: async () => {
      const names = Object.keys(ctx.config.environments);
      return (await listDeployments(ctx.redis, { environments: names, limit: 10 })).items;
    },
    comments: () => repository.comments.map(({ body }) => body),
  };
}
