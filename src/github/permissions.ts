import type { Octokit } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { owned } from './repository.ts';

/**
 * Whether somebody may write to a repository at this moment. To put a label on, GitHub asks for less (triage), so a label
 * alone proves nothing. Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function mayWrite(github: Octokit, repository: string, login: string): Promise<boolean> {
  try {
    const asked = { ...owned(repository), username: login };
    const found = await foundOrNot(github.rest.repos.getCollaboratorPermissionLevel(asked));
    // GitHub tells `maintain` as write and `triage` as read here.
    return found?.data.permission === 'admin' || found?.data.permission === 'write';
  } catch (error) {
    throw readFailure(error, repository);
  }
}
