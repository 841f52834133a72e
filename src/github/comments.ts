import type { Octokit } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { ownAccount } from './own-account.ts';
import { owned } from './repository.ts';

export interface KeptComment {
  /** One word that tells Baton's kinds of comments apart; it stands in the comment, unseen. */
  readonly marker: string;
  /** Markdown; what it holds of people's words has been made inert. */
  readonly body: string;
  /** GitHub's id of the comment, when it is known from before. */
  readonly id?: number | undefined;
}

const PER_PAGE = 100;

/** More comments are not looked through. */
const MOST_PAGES = 20;

/**
 * Keeps one comment of Baton's own on a pull request: edits the one that bears the marker, and writes it where there is
 * none. Gives its id. Two calls at once may write two: the caller sees to it that there is one. Throws GitHubUnreadableError.
 */
export async function keepComment(
  github: Octokit,
  repository: string,
  number: number,
  { marker, body, id }: KeptComment,
): Promise<number> {
  const text = `${body}\n\n${tag(marker)}`;
  try {
    const before = await findComment(github, repository, number, { marker, id });
    if (before?.body === text) return before.id;
    if (before !== undefined) {
      await github.rest.issues.updateComment({ ...owned(repository), comment_id: before.id, body: text });
      return before.id;
    }
    const asked = { ...owned(repository), issue_number: number, body: text };
    return (await github.rest.issues.createComment(asked)).data.id;
  } catch (error) {
    throw readFailure(error, repository);
  }
}

interface Comment {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user: { readonly login: string; readonly type: string } | null;
}

async function findComment(
  github: Octokit,
  repository: string,
  number: number,
  { marker, id }: Pick<KeptComment, 'marker' | 'id'>,
): Promise<Comment | undefined> {
  const isOwn = await ownComments(github);
  const isMeant = (comment: Comment) =>
    isOwn(comment) && (comment.body ?? '').trimEnd().endsWith(tag(marker));
  if (id !== undefined) {
    const found = await foundOrNot(github.rest.issues.getComment({ ...owned(repository), comment_id: id }));
    if (found !== undefined && isMeant(found.data)) return found.data;
  }
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await github.rest.issues.listComments({
      ...owned(repository),
      issue_number: number,
      per_page: PER_PAGE,
      page,
    });
    const found = data.find(isMeant);
    if (found !== undefined) return found;
    if (data.length < PER_PAGE) return undefined;
  }
  return undefined;
}

/** Anybody can write the marker into a comment of their own: that one is never touched. */
async function ownComments(github: Octokit): Promise<(comment: Comment) => boolean> {
  const { login } = await ownAccount(github);
  return ({ user }) => (login === undefined ? user?.type === 'Bot' : user?.login.toLowerCase() === login);
}

function tag(marker: string): string {
  return `<!-- baton: ${marker} -->`;
}
