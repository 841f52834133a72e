import { showPullRequest, showRun } from './answers.ts';
import { suiteOf } from './checks.ts';
import { historyOf } from './history.ts';
import { addCommit, note, putLabel, takeLabel } from './seed.ts';
import {
  ASHA,
  type CommitStatus,
  GITHUB,
  instant,
  type Person,
  type PullRequest,
  type Repository,
  type WorkflowRun,
} from './state.ts';

/** What people and CI do on GitHub, with the webhooks that GitHub sends for it. */

export function label(repository: Repository, on: PullRequest, name: string, by: Person = ASHA): void {
  if (putLabel(repository, on, name, by)) tellOfLabel(repository, on, { action: 'labeled', label: name, by });
}

export function unlabel(repository: Repository, on: PullRequest, name: string, by: Person = ASHA): void {
  if (takeLabel(repository, on, name, by))
    tellOfLabel(repository, on, { action: 'unlabeled', label: name, by });
}

/** Pushes a commit to the branch of a pull request, and answers its sha. */
export function push(repository: Repository, to: PullRequest, message: string, by: Person = ASHA): string {
  const before = to.head;
  const branch = to.from?.id === repository.id ? { branch: to.branch } : {};
  to.head = addCommit(repository, { message, parents: [before], author: by, ...branch });
  const about = { ref: `refs/heads/${to.branch}`, before, after: to.head, deleted: false, forced: false };
  repository.tell({ event: 'push', sender: by, about });
  tellOfPullRequest(repository, to, { action: 'synchronize', by, more: { before, after: to.head } });
  return to.head;
}

export function open(repository: Repository, pullRequest: PullRequest): void {
  tellOfPullRequest(repository, pullRequest, { action: 'opened', by: pullRequest.author });
}

export function close(repository: Repository, pullRequest: PullRequest, by: Person = ASHA): void {
  pullRequest.state = 'closed';
  note(repository, { on: pullRequest.number, event: 'closed', by, label: undefined });
  tellOfPullRequest(repository, pullRequest, { action: 'closed', by });
}

export function reopen(repository: Repository, pullRequest: PullRequest, by: Person = ASHA): void {
  pullRequest.state = 'open';
  note(repository, { on: pullRequest.number, event: 'reopened', by, label: undefined });
  tellOfPullRequest(repository, pullRequest, { action: 'reopened', by });
}

/** Merges with a merge commit, as GitHub's button does. */
export function merge(repository: Repository, pullRequest: PullRequest, by: Person = ASHA): void {
  const { base, head, number, title } = pullRequest;
  const tip = repository.branches.get(base) ?? '';
  if (!historyOf(repository, tip).has(head)) {
    const message = `Merge pull request #${number} from ${pullRequest.branch}\n\n${title}`;
    addCommit(repository, { message, branch: base, parents: [tip, head], author: by, committer: GITHUB });
  }
  pullRequest.mergedAt = instant(repository.now());
  note(repository, { on: number, event: 'merged', by, label: undefined });
  close(repository, pullRequest, by);
}

export function setDraft(
  repository: Repository,
  pullRequest: PullRequest,
  draft: boolean,
  by: Person = ASHA,
): void {
  pullRequest.draft = draft;
  tellOfPullRequest(repository, pullRequest, {
    action: draft ? 'converted_to_draft' : 'ready_for_review',
    by,
  });
}

/** All checks of a commit in one suite have ended. */
export function endChecks(repository: Repository, sha: string, conclusion = 'success'): void {
  const check_suite = {
    id: 1,
    head_sha: sha,
    head_branch: branchOf(repository, sha),
    status: 'completed',
    conclusion,
    pull_requests: [],
  };
  repository.tell({ event: 'check_suite', action: 'completed', sender: ASHA, about: { check_suite } });
}

export function tellOfStatus({ tell }: Repository, { sha, context, state, url = null }: WithUrl): void {
  const about = { id: 1, sha, context, state, target_url: url, description: null, branches: [] };
  tell({ event: 'status', sender: ASHA, about });
}

type WithUrl = Omit<CommitStatus, 'url'> & { readonly url?: string | null };

export function tellOfRun(
  repository: Repository,
  run: WorkflowRun,
  action: 'in_progress' | 'completed',
): void {
  const workflow_run = { ...showRun(repository, run), check_suite_id: suiteOf(run), pull_requests: [] };
  repository.tell({ event: 'workflow_run', action, sender: ASHA, about: { workflow_run } });
}

export function tellOfLabel(
  repository: Repository,
  on: PullRequest,
  {
    action,
    label: name,
    by,
  }: { readonly action: 'labeled' | 'unlabeled'; readonly label: string; readonly by: Person },
): void {
  const about = repository.labels.get(name) ?? { name };
  tellOfPullRequest(repository, on, { action, by, more: { label: { ...about } } });
}

function tellOfPullRequest(
  repository: Repository,
  pullRequest: PullRequest,
  { action, by, more = {} }: { readonly action: string; readonly by: Person; readonly more?: object },
): void {
  const about = {
    number: pullRequest.number,
    pull_request: showPullRequest(repository, pullRequest),
    ...more,
  };
  repository.tell({ event: 'pull_request', action, sender: by, about });
}

function branchOf({ branches }: Repository, sha: string): string | null {
  return [...branches].find(([, tip]) => tip === sha)?.[0] ?? null;
}
