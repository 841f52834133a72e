import { type Octokit, RequestError } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { owned } from './repository.ts';

/** A label as a repository has it. */
export interface Label {
  readonly name: string;
  /** Six hexadecimal digits, without a sign before them. */
  readonly color: string;
  /** At most 100 characters, GitHub's limit. */
  readonly description: string;
}

/** Makes sure that the repository has the label; one that is there stays as people made it. Throws GitHubUnreadableError. */
export async function ensureLabel(github: Octokit, repository: string, label: Label): Promise<void> {
  try {
    const asked = { ...owned(repository), name: label.name };
    if ((await foundOrNot(github.rest.issues.getLabel(asked))) !== undefined) return;
    await github.rest.issues.createLabel({ ...asked, color: label.color, description: label.description });
  } catch (error) {
    if (isThereAlready(error)) return;
    throw readFailure(error, repository);
  }
}

/** Puts labels on a pull request; what it has already stays as it is. Throws GitHubUnreadableError. */
export async function addLabels(
  github: Octokit,
  repository: string,
  number: number,
  labels: readonly string[],
): Promise<void> {
  try {
    const asked = { ...owned(repository), issue_number: number, labels: [...labels] };
    await github.rest.issues.addLabels(asked);
  } catch (error) {
    throw readFailure(error, repository);
  }
}

/** Takes a label off a pull request, or finds that it is off. Throws GitHubUnreadableError. */
export async function removeLabel(
  github: Octokit,
  repository: string,
  number: number,
  name: string,
): Promise<void> {
  try {
    await github.rest.issues.removeLabel({ ...owned(repository), issue_number: number, name });
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return;
    throw readFailure(error, repository);
  }
}

/** Two processes may make the same label at the same time. */
function isThereAlready(error: unknown): boolean {
  return error instanceof RequestError && error.status === 422 && /already_exists/.test(error.message);
}
