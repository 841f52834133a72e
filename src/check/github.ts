import type { Config } from '../config/schema.ts';
import type { GitHubAccount } from '../github/account.ts';
import { driversOf } from './config.ts';
import { messageOf } from './message.ts';
import type { Line } from './findings.ts';

export interface GitHubProbes {
  /** Rejects when GitHub does not accept the credentials. */
  readonly account: () => Promise<GitHubAccount>;
  /** Rejects when the repository is not there, or not for Baton to read. */
  readonly readRepository: (repository: string) => Promise<void>;
}

const what = 'GitHub';

/** Tells whether the credentials are good, how many requests are left, and whether each repository can be read. */
export async function checkGitHub(
  access: { readonly kind: 'token' | 'app' } | undefined,
  config: Config | undefined,
  probes: GitHubProbes,
): Promise<Line[]> {
  if (access === undefined) return [off(config)];
  try {
    const { name, left } = await probes.account();
    const limits = left && `; ${left.remaining} of ${left.limit} requests are left in this hour`;
    const says = `as ${name}${limits ?? ''}`;
    const repositories = new Set(Object.values(config?.services ?? {}).map(({ repository }) => repository));
    const each = await Promise.all(
      [...repositories].map((repository) => checkRepository(repository, probes)),
    );
    return [{ what, state: 'on', says }, ...each];
  } catch (error) {
    return [{ what, state: 'wrong', says: messageOf(error) }];
  }
}

function off(config: Config | undefined): Line {
  const needing =
    config === undefined ? [] : driversOf(config).filter(({ driver }) => driver.type.startsWith('github'));
  const without =
    needing.length === 0
      ? ''
      : `; without it nothing is deployed to ${needing.map(({ name }) => name).join(', ')}`;
  return { what, state: 'off', says: `neither GITHUB_TOKEN nor GITHUB_APP_ID is set${without}` };
}

async function checkRepository(repository: string, { readRepository }: GitHubProbes): Promise<Line> {
  try {
    await readRepository(repository);
    return { what: 'repository', state: 'on', says: repository };
  } catch (error) {
    return { what: 'repository', state: 'wrong', says: `${repository}: ${messageOf(error)}` };
  }
}
