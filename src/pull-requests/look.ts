import { findService, servicesIn } from '../config/find.ts';
import type { Config } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { environmentInLabel } from './deploy-label.ts';

export interface Occasion {
  /** As the configuration writes it (`repositoryNamed`). */
  readonly repository: string;
  readonly number: number;
  /** Tells one occasion from another: the same one twice is one look. No colon. */
  readonly why: string;
}

/** The repository as the configuration writes it; undefined for one that no service lives in. */
export function repositoryNamed(config: Config, repository: string): string | undefined {
  const [service = ''] = servicesIn(config, repository);
  return findService(config, service)?.repository;
}

/** Whether pull requests of the repository may have an environment of their own. */
export function mayHaveRemote({ remote_deploys: remote, services }: Config, repository: string): boolean {
  const here = servicesIn({ services }, repository);
  return remote?.services.some((service) => here.includes(service)) ?? false;
}

/** Whether Baton has anything to do with a label; its own, which tell a state, are not among them. */
export function isWatched(config: Config, label: string): boolean {
  return label === config.remote_deploys?.label || environmentInLabel(config, label) !== undefined;
}

/** Has a worker look whether a pull request's own environment is as it should be, where it may have one. */
export async function lookForRemote(ctx: Context, { repository, number, why }: Occasion): Promise<void> {
  if (!mayHaveRemote(ctx.config, repository)) return;
  await ctx.jobs.add('remote-deploys', `${repository}#${number}-${why}`, {
    version: 1,
    repository,
    number,
    why,
  });
}

/** Has a worker look for labels that ask for a deployment. */
export async function lookForDeployLabels(
  ctx: Context,
  { repository, number, why }: Occasion,
): Promise<void> {
  await ctx.jobs.add('deploy-labels', `${repository}#${number}-${why}`, {
    version: 1,
    repository,
    number,
    why,
  });
}
