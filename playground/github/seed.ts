import { createHash } from 'node:crypto';
import { textOf } from './routes/route.ts';
import {
  ASHA,
  type CheckRun,
  type CommitStatus,
  type GitObject,
  type IssueEvent,
  instant,
  type Label,
  nextId,
  type Person,
  type PullRequest,
  type Repository,
  type RunStep,
  type Workflow,
} from './state.ts';

export interface NewCommit {
  readonly message: string;
  /** The branch that moves on to it; without one it is a commit that no ref has, as after a forced push or in a fork. */
  readonly branch?: string;
  readonly parents?: readonly string[];
  readonly author?: Person;
  /** The author when left out. */
  readonly committer?: Person;
  /** Instead of the one that follows from its content. */
  readonly sha?: string;
}

/** Adds a commit on top of its branch, and answers its sha. A new branch grows from the default branch. */
export function addCommit(repository: Repository, commit: NewCommit): string {
  const { message, branch, author = ASHA, committer = author } = commit;
  const tip = repository.branches.get(branch ?? '') ?? repository.branches.get(repository.defaultBranch);
  const parents = commit.parents ?? (tip === undefined ? [] : [tip]);
  const at = instant(repository.now());
  const sha =
    commit.sha ?? sha1(JSON.stringify([repository.name, message, parents, repository.commits.size]));
  repository.commits.set(sha, { sha, message, author, committer, parents, at });
  if (branch !== undefined) repository.branches.set(branch, sha);
  return sha;
}

/** Adds a tag, with an object of its own when it is annotated; `sha` may be that of another tag's object. */
export function addTag(
  repository: Repository,
  name: string,
  sha: string,
  { annotated = false }: { annotated?: boolean } = {},
): void {
  const object: GitObject = { type: repository.tagObjects.has(sha) ? 'tag' : 'commit', sha };
  if (!annotated) {
    repository.tags.set(name, object);
    return;
  }
  const tagSha = sha1(`tag ${repository.name} ${name} ${sha}`);
  repository.tagObjects.set(tagSha, { sha: tagSha, tag: name, message: `Tag ${name}`, object });
  repository.tags.set(name, { type: 'tag', sha: tagSha });
}

/** Adds a check run to a commit: one that has ended so, or one that has not ended. */
export function addCheckRun(
  repository: Repository,
  sha: string,
  { name, result, ...given }: Pick<CheckRun, 'name' | 'app' | 'suite'> & { readonly result: CheckResult },
): CheckRun {
  const course = isUnfinished(result)
    ? { status: result, conclusion: null }
    : { status: 'completed' as const, conclusion: result };
  const run: CheckRun = { id: nextId(), sha, name, ...course, ...given };
  repository.checkRuns.push(run);
  return run;
}

export type CheckResult = NonNullable<CheckRun['conclusion']> | Exclude<CheckRun['status'], 'completed'>;

const UNFINISHED = ['queued', 'in_progress', 'waiting', 'requested', 'pending'] as const;

function isUnfinished(result: CheckResult): result is (typeof UNFINISHED)[number] {
  return UNFINISHED.some((one) => one === result);
}

/** Adds check runs to a commit by their names, such as `{ build: 'success', lint: 'failure' }`. */
export function addChecks(
  repository: Repository,
  sha: string,
  results: Readonly<Record<string, CheckResult>>,
): void {
  for (const [name, result] of Object.entries(results)) addCheckRun(repository, sha, { name, result });
}

/** Says something about a commit under a context, in place of what was said under it before. */
export function addStatus(repository: Repository, status: CommitStatus): void {
  repository.statuses.push(status);
}

export interface NewPullRequest {
  readonly number: number;
  readonly head: string;
  readonly branch: string;
  readonly title?: string;
  readonly author?: Person;
  readonly base?: string;
  /** `this`: from a branch of the repository. A name: from that fork. `deleted`: from a fork that is gone. */
  readonly from?: 'this' | 'deleted' | { readonly fork: string };
  readonly state?: 'open' | 'closed' | 'merged';
  readonly draft?: boolean;
  readonly labels?: readonly string[];
}

export function addPullRequest(repository: Repository, given: NewPullRequest): PullRequest {
  const { number, head, branch, from = 'this', state = 'open' } = given;
  const pullRequest: PullRequest = {
    number,
    title: given.title ?? repository.commits.get(head)?.message ?? '',
    author: given.author ?? ASHA,
    from: sourceOf(repository, from),
    branch,
    base: given.base ?? repository.defaultBranch,
    head,
    state: state === 'open' ? 'open' : 'closed',
    draft: given.draft ?? false,
    mergedAt: state === 'merged' ? instant(repository.now()) : null,
    labels: [],
  };
  repository.pullRequests.set(number, pullRequest);
  for (const label of given.labels ?? []) putLabel(repository, pullRequest, label, pullRequest.author);
  return pullRequest;
}

/** Puts a label on a pull request, without a word to webhooks; false where it is on already. */
export function putLabel(repository: Repository, on: PullRequest, name: string, by: Person): boolean {
  if (!repository.labels.has(name)) addLabel(repository, { name });
  if (on.labels.includes(name)) return false;
  on.labels.push(name);
  note(repository, { on: on.number, event: 'labeled', by, label: name });
  return true;
}

/** Takes a label off a pull request, without a word to webhooks; false where it is not on. */
export function takeLabel(repository: Repository, on: PullRequest, name: string, by: Person): boolean {
  if (!on.labels.includes(name)) return false;
  on.labels = on.labels.filter((one) => one !== name);
  note(repository, { on: on.number, event: 'unlabeled', by, label: name });
  return true;
}

export function addLabel(
  repository: Repository,
  { name, color = 'ededed', description = '' }: { name: string; color?: string; description?: string },
): Label {
  const label = { id: nextId(), name, color, description };
  repository.labels.set(name, label);
  return label;
}

export function note(repository: Repository, event: Omit<IssueEvent, 'id' | 'createdAt'>): void {
  repository.events.push({ id: nextId(), createdAt: instant(repository.now()), ...event });
}

const SUCCEEDS: readonly RunStep[] = [
  { status: 'queued', conclusion: null },
  { status: 'in_progress', conclusion: null },
  { status: 'completed', conclusion: 'success' },
];

/** Adds a workflow that can be dispatched and knows the inputs that Baton sends (docs/drivers.md). */
export function addWorkflow(repository: Repository, given: Partial<Workflow> & { file: string }): Workflow {
  const workflow: Workflow = {
    id: nextId(),
    name: given.file.replace(/\.ya?ml$/, ''),
    inputs: ['environment', 'service', 'ref', 'sha', 'deployment', 'fence'],
    runName: (inputs) => `Deploy ${textOf(inputs, 'deployment')}`.trim(),
    course: SUCCEEDS,
    ...given,
  };
  repository.workflows.push(workflow);
  return workflow;
}

function sourceOf(repository: Repository, from: NonNullable<NewPullRequest['from']>): PullRequest['from'] {
  if (from === 'deleted') return null;
  return from === 'this'
    ? { id: repository.id, name: repository.name }
    : { id: Number.parseInt(sha1(from.fork).slice(0, 8), 16), name: from.fork };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
