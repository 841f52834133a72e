import type { Config, Environment, Service } from './schema.ts';

/** The rules of the environment with exactly this name. */
export function findEnvironment(config: Config, name: string): Environment | undefined {
  return own(config.environments, name);
}

/** The service with exactly this name, whatever environments it is on. */
export function findService(config: Config, name: string): Service | undefined {
  return own(config.services, name);
}

/** A person may type `constructor`: only what the configuration itself holds is found. */
function own<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The names of the services that live in a repository, which may be written in any case. */
export function servicesIn({ services }: Pick<Config, 'services'>, repository: string): string[] {
  const name = repository.toLowerCase();
  return Object.keys(services).filter((one) => services[one]?.repository.toLowerCase() === name);
}
