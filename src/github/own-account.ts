import { type Octokit, RequestError } from 'octokit';
import { readFailure } from './failure.ts';

/** What tells Baton's own comments and labels from those of people. */
export interface OwnAccount {
  /** In small letters; undefined for a token that GitHub gives no name for, as that of a workflow. */
  readonly login: string | undefined;
}

const known = new WeakMap<Octokit, OwnAccount>();

/** As whom Baton acts on GitHub; asked once for each client. Throws GitHubUnreadableError. */
export async function ownAccount(github: Octokit): Promise<OwnAccount> {
  const before = known.get(github);
  if (before !== undefined) return before;
  const account = { login: (await readLogin(github))?.toLowerCase() };
  known.set(github, account);
  return account;
}

async function readLogin(github: Octokit): Promise<string | undefined> {
  try {
    return (await github.rest.users.getAuthenticated()).data.login;
  } catch (error) {
    if (!isNoPerson(error)) throw readFailure(error, 'its own account');
  }
  try {
    const slug = (await github.rest.apps.getAuthenticated()).data?.slug;
    return slug === undefined ? undefined : `${slug}[bot]`;
  } catch (error) {
    if (isNoPerson(error)) return undefined;
    throw readFailure(error, 'its own account');
  }
}

/** An App has no user, and the token of a workflow has neither a user nor an App. */
function isNoPerson(error: unknown): boolean {
  return error instanceof RequestError && [401, 403, 404].includes(error.status);
}
