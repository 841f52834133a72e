import type { Octokit } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { owned } from './repository.ts';

/** One commit between what is live and what is asked for. People's text: it may hold anything. */
export interface ComparedCommit {
  readonly sha: string;
  /** First line of the message; for the merge of a pull request its title. */
  readonly title: string;
  /** GitHub login; the name in the commit where GitHub knows no account for it. */
  readonly author: string;
  /** As the message tells it, in the words of GitHub's merges. */
  readonly pullRequest: number | undefined;
  /** When it was committed, by its maker's clock. */
  readonly committedAt?: Date | undefined;
}

export type Compared =
  | {
      readonly kind: 'compared';
      /** Newest first, and only the newest where there are more than 250. */
      readonly commits: readonly ComparedCommit[];
      readonly total: number;
      readonly truncated: boolean;
      /** How many commits of the base the head lacks: more than none for a step back or aside. */
      readonly behindBy: number;
      readonly url: string | null;
    }
  /** The base is no longer there, as after a forced push that was cleaned up. */
  | { readonly kind: 'base_missing' }
  /** The two have no history in common. */
  | { readonly kind: 'unrelated' };

const PER_PAGE = 100;

/**
 * What lies between two commits. One request; more only for comparisons of over 250 commits and for those that GitHub
 * cannot make. Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function compareCommits(
  github: Octokit,
  repository: string,
  base: string,
  head: string,
): Promise<Compared> {
  try {
    const asked = { ...owned(repository), basehead: `${base}...${head}` };
    const found = await foundOrNot(github.rest.repos.compareCommitsWithBasehead(asked));
    if (found === undefined) return await whyNot(github, repository, base);
    const { commits, total_commits: total, behind_by: behindBy, html_url } = found.data;
    const listed = commits.length < total ? await newest(github, asked, total) : commits;
    return {
      kind: 'compared',
      commits: listed.map(describe).toReversed(),
      total,
      truncated: listed.length < total,
      behindBy,
      url: html_url,
    };
  } catch (error) {
    throw readFailure(error, repository);
  }
}

type Listed = Awaited<ReturnType<Octokit['rest']['repos']['compareCommitsWithBasehead']>>['data']['commits'];

/** GitHub lists the oldest first, and without pages no more than 250 (docs.github.com: compare two commits). */
async function newest(
  github: Octokit,
  asked: { owner: string; repo: string; basehead: string },
  total: number,
): Promise<Listed> {
  const last = Math.ceil(total / PER_PAGE);
  const pages = await Promise.all(
    [last - 1, last].map((page) =>
      github.rest.repos.compareCommitsWithBasehead({ ...asked, per_page: PER_PAGE, page }),
    ),
  );
  return pages.flatMap(({ data }) => data.commits);
}

async function whyNot(github: Octokit, repository: string, base: string): Promise<Compared> {
  const [, commit] = await Promise.all([
    github.rest.repos.get(owned(repository)), // 404 where Baton may not see the repository at all
    foundOrNot(github.rest.git.getCommit({ ...owned(repository), commit_sha: base })),
  ]);
  return { kind: commit === undefined ? 'base_missing' : 'unrelated' };
}

function describe({ sha, commit, author }: Listed[number]): ComparedCommit {
  const login = author !== null && 'login' in author ? author.login : undefined;
  const at = new Date(commit.committer?.date ?? '');
  return {
    sha,
    ...titleIn(commit.message),
    author: login ?? commit.author?.name ?? '',
    committedAt: Number.isNaN(at.getTime()) ? undefined : at,
  };
}

/** GitHub's merge button writes the pull request's number first and its title as the body, its squash button the title first. */
function titleIn(message: string): Pick<ComparedCommit, 'title' | 'pullRequest'> {
  const [first = '', ...rest] = message.split(/\r?\n/).map((line) => line.trim());
  const merged = /^Merge pull request #(\d{1,9}) from /.exec(first)?.[1];
  if (merged !== undefined) {
    return { title: rest.find((line) => line !== '') ?? first, pullRequest: Number(merged) };
  }
  const [, title = first, squashed] = /^(.*\S)\s*\(#(\d{1,9})\)$/.exec(first) ?? [];
  return { title, pullRequest: squashed === undefined ? undefined : Number(squashed) };
}
