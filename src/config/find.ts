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
