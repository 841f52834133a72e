import type { Octokit } from 'octokit';
import { readFailure } from './failure.ts';
import { owned } from './repository.ts';

/** Everybody who had a hand in a commit, each once and in small letters. */
export interface Authors {
  readonly logins: readonly string[];
  readonly emails: readonly string[];
}

/**
 * Author, committer and co-authors of a commit, who may not approve it. GitHub's own committer of what is done on its
 * pages is nobody. One request. A commit's e-mail addresses are what its maker wrote; GitHub has the logins from them.
 * Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function readAuthors(github: Octokit, repository: string, sha: string): Promise<Authors> {
  try {
    const { data } = await github.rest.repos.getCommit({ ...owned(repository), ref: sha, per_page: 1 });
    const { author, committer, message } = data.commit;
    const emails = [author?.email, committer?.email, ...coAuthorsIn(message)];
    const logins = [loginOf(data.author), loginOf(data.committer), ...emails.map(loginInEmail)];
    return { logins: people(logins, GITHUB_LOGIN), emails: people(emails, GITHUB_EMAIL) };
  } catch (error) {
    throw readFailure(error, repository);
  }
}

/** GitHub signs merges and edits on its pages with this account and address; an Enterprise Server with its own host's. */
const GITHUB_LOGIN = /^web-flow$/;
const GITHUB_EMAIL = /^noreply@/;

function people(named: readonly (string | undefined)[], nobody: RegExp): string[] {
  const known = named.map((one) => one?.trim().toLowerCase()).filter((one) => one !== undefined);
  return [...new Set(known)].filter((one) => one !== '' && !nobody.test(one));
}

/** GitHub answers an empty object for an address that belongs to no account. */
function loginOf(account: object | null): string | undefined {
  return account !== null && 'login' in account ? String(account.login) : undefined;
}

function coAuthorsIn(message: string): string[] {
  return [...message.matchAll(/^[ \t]*co-authored-by:[^<\n]*<([^<>\s]+)>/gim)].flatMap(
    ([, email]) => email ?? [],
  );
}

/** The private address that GitHub gives an account holds its login (docs.github.com: email addresses reference). */
function loginInEmail(email: string | undefined): string | undefined {
  return /^(?:\d+\+)?([a-z\d][a-z\d-]*(?:\[bot\])?)@users\.noreply\.[^@\s]+$/i.exec(email ?? '')?.[1];
}
