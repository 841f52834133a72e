import { ConfigError } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { Line } from './findings.ts';

export interface ConfigProbes {
  /** Throws ConfigError. */
  readonly load: () => Promise<{ config: Config }>;
  /** The value of a process variable. */
  readonly variable: (name: string) => string | undefined;
}

const what = 'configuration';

/** Tells about `baton.yml` itself, about roles that leave something to nobody, and about secrets that drivers need. */
export async function checkConfig(
  probes: ConfigProbes,
): Promise<{ config: Config | undefined; lines: readonly Line[] }> {
  try {
    const { config } = await probes.load();
    const lines = [summary(config), ...nobodies(config), ...secrets(config, probes.variable)];
    return { config, lines };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.message.split('\n');
    return { config: undefined, lines: problems.map((says) => ({ what, state: 'wrong', says })) };
  }
}

function summary({ environments, services, sites, people }: Config): Line {
  const says = [
    counted(Object.keys(environments).length, 'environment'),
    counted(Object.keys(services).length, 'service'),
    counted(Object.keys(sites).length, 'site'),
    people.length === 1 ? '1 person' : `${people.length} people`,
  ].join(', ');
  return { what, state: 'on', says };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** An empty role is allowed, and easily left by mistake. */
function nobodies({ environments, roles }: Config): Line[] {
  return Object.entries(environments).flatMap(([name, environment]) => {
    const isNobody = (role: 'deployer' | 'approver') =>
      (environment.roles?.[role] ?? roles[role] ?? []).length === 0;
    const lines: Line[] = [];
    if (isNobody('deployer')) {
      lines.push({ what: 'roles', state: 'off', says: `nobody may deploy to ${name}: deployer is empty` });
    }
    if (environment.approvals > 0 && isNobody('approver')) {
      const says = `nobody can approve for ${name}, which asks for approvals: approver is empty`;
      lines.push({ what: 'roles', state: 'off', says });
    }
    return lines;
  });
}

/** The drivers of a configuration by where they stand in it. */
export function driversOf({ environments, remote_deploys }: Config) {
  const drivers = Object.entries(environments).map(([name, { driver }]) => ({ name, driver }));
  return remote_deploys === undefined
    ? drivers
    : [...drivers, { name: 'remote_deploys', driver: remote_deploys.driver }];
}

function secrets(config: Config, variable: ConfigProbes['variable']): Line[] {
  return driversOf(config).flatMap(({ name, driver }): Line[] => {
    if (driver.type !== 'webhook') return [];
    const { secret_env } = driver;
    return (variable(secret_env) ?? '') === ''
      ? [{ what: 'driver', state: 'wrong', says: `${name}: ${secret_env} is not set, so it cannot sign` }]
      : [{ what: 'driver', state: 'on', says: `${name}: signs with ${secret_env}` }];
  });
}
