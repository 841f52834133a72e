import { eventOf, suiteOf } from './checks.ts';
import { commitOfTag } from './history.ts';
import type {
  Comment,
  Commit,
  DeploymentStatus,
  GitHubDeployment,
  IssueEvent,
  Label,
  Person,
  PullRequest,
  Repository,
  WorkflowRun,
} from './state.ts';

/** How GitHub shows what it has: the fields that a client of ours may read, under GitHub's names. */
export interface Shown {
  readonly [field: string]: unknown;
}

export function showPerson({ login, isBot = false }: Person): Shown {
  const type = isBot ? 'Bot' : 'User';
  return { login, id: idOf(login), type, site_admin: false, html_url: `https://github.com/${login}` };
}

export function showLabel({ id, name, color, description }: Label): Shown {
  return { id, name, color, description, default: false };
}

export function showComment(
  { name }: Repository,
  { id, on, by, body, createdAt, updatedAt }: Comment,
): Shown {
  return {
    id,
    body,
    user: showPerson(by),
    html_url: `https://github.com/${name}/pull/${on}#issuecomment-${id}`,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

export function showEvent({ id, event, by, label, createdAt }: IssueEvent): Shown {
  const about = label === undefined ? {} : { label: { name: label, color: 'ededed' } };
  return { id, event, actor: showPerson(by), created_at: createdAt, ...about };
}

export function showRepository(repository: Repository): Shown {
  const [owner = '', name = ''] = repository.name.split('/');
  return {
    id: repository.id,
    name,
    full_name: repository.name,
    private: true,
    fork: false,
    owner: { login: owner, id: idOf(owner), type: 'Organization' },
    default_branch: repository.defaultBranch,
    html_url: `https://github.com/${repository.name}`,
    permissions: { admin: false, push: true, pull: true },
  };
}

export function showCommit(commit: Commit): Shown {
  return {
    sha: commit.sha,
    commit: { ...showGitCommit(commit), sha: undefined },
    author: showPerson(commit.author),
    committer: showPerson(commit.committer),
    parents: commit.parents.map((sha) => ({ sha })),
    files: [],
  };
}

export function showGitCommit({ sha, message, author, committer, at, parents }: Commit): Shown {
  return {
    sha,
    message,
    author: { name: author.name, email: author.email, date: at },
    committer: { name: committer.name, email: committer.email, date: at },
    parents: parents.map((parent) => ({ sha: parent })),
  };
}

export function showBranch(repository: Repository, name: string): Shown | undefined {
  const sha = repository.branches.get(name);
  const commit = sha === undefined ? undefined : repository.commits.get(sha);
  return commit && { name, commit: showCommit(commit), protected: false };
}

export function showTag(repository: Repository, name: string): Shown {
  return { name, commit: { sha: commitOfTag(repository, name) ?? '' } };
}

export function showPullRequest(repository: Repository, pullRequest: PullRequest): Shown {
  const { number, title, author, from, branch, base, head, state, draft, mergedAt, labels } = pullRequest;
  const [owner = 'ghost'] = from?.name.split('/') ?? [];
  return {
    id: number + 100_000,
    number,
    title,
    state,
    merged: mergedAt !== null,
    merged_at: mergedAt,
    draft,
    user: showPerson(author),
    labels: labels.map((label) => showLabel(repository.labels.get(label) ?? loose(label))),
    html_url: `https://github.com/${repository.name}/pull/${number}`,
    head: {
      ref: branch,
      sha: head,
      label: `${owner}:${branch}`,
      repo: from && { id: from.id, full_name: from.name, fork: from.id !== repository.id },
    },
    base: { ref: base, sha: repository.branches.get(base) ?? '', repo: showRepository(repository) },
  };
}

export function showDeployment(deployment: GitHubDeployment): Shown {
  const { id, sha, ref, task, environment, description, payload, createdAt } = deployment;
  return {
    id,
    sha,
    ref,
    task,
    payload,
    environment,
    original_environment: environment,
    description,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    created_at: createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? createdAt,
  };
}

export function showStatus({
  id,
  state,
  description,
  logUrl,
  environmentUrl,
  createdAt,
}: DeploymentStatus): Shown {
  return {
    id,
    state,
    description,
    log_url: logUrl,
    target_url: logUrl,
    environment_url: environmentUrl,
    created_at: createdAt,
  };
}

export function showRun(repository: Repository, run: WorkflowRun): Shown {
  const step = run.steps[0];
  return {
    id: run.id,
    name: run.workflow.name,
    display_title: run.title,
    path: `.github/workflows/${run.workflow.file}`,
    workflow_id: run.workflow.id,
    event: eventOf(run),
    check_suite_id: suiteOf(run),
    head_branch: run.branch,
    head_sha: run.sha,
    status: step?.status ?? 'queued',
    conclusion: step?.conclusion ?? null,
    run_attempt: 1,
    html_url: `https://github.com/${repository.name}/actions/runs/${run.id}`,
    created_at: run.createdAt,
    updated_at: run.createdAt,
  };
}

function loose(name: string): Label {
  return { id: 0, name, color: 'ededed', description: '' };
}

function idOf(login: string): number {
  return Array.from(login).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7);
}
