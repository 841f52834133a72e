import { isRemoteEnvironment } from './remote-name.ts';
import { type Config, Environment, type Service } from './schema.ts';

/** The rules of the environment with exactly this name. */
export function findEnvironment(config: Config, name: string): Environment | undefined {
  return own(config.environments, name);
}

/** The rules of an environment, be it configured or a pull request's own, which asks for no checks by itself. */
export function rulesFor(config: Config, name: string): Environment | undefined {
  const configured = findEnvironment(config, name);
  const { remote_deploys: remote } = config;
  if (configured !== undefined || remote === undefined || !isRemoteEnvironment(name)) return configured;
  const { services, driver, roles } = remote;
  const url = remote.url?.replaceAll('{number}', () => name.slice('pr-'.length));
  return Environment.parse({ services, driver, checks: 'none', url, roles });
}

/** The service of a repository whose pull requests may have an environment of their own. */
export function remoteServiceOf(config: Config, repository: string): string | undefined {
  const here = servicesIn(config, repository);
  return config.remote_deploys?.services.find((service) => here.includes(service));
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
