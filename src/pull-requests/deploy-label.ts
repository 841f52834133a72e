import { findEnvironment, servicesIn } from '../config/find.ts';
import type { Config } from '../config/schema.ts';

const PREFIX = 'deploy: ';

/**
 * The environment that a label asks to deploy to: `staging` for `deploy: staging`. Undefined for every other label, and for
 * an environment that is not there, whose name is written in another case, or is a remote deploy's: people have labels of their own.
 */
export function environmentInLabel(config: Config, label: string): string | undefined {
  if (!label.startsWith(PREFIX)) return undefined;
  const name = label.slice(PREFIX.length);
  return findEnvironment(config, name) === undefined ? undefined : name;
}

export function deployLabel(environment: string): string {
  return `${PREFIX}${environment}`;
}

/** What a label deploys there: the first of the environment's services that live in the repository, if any does. */
export function serviceFor(config: Config, environment: string, repository: string): string | undefined {
  const here = servicesIn(config, repository);
  return findEnvironment(config, environment)?.services.find((service) => here.includes(service));
}
