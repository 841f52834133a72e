/** What the played GitHub remembers. Everything may be read and changed from outside; nothing is kept on disk. */
export interface Repository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly now: () => Date;
  defaultBranch: string;
  /** All commits of the network, those of forks included: GitHub serves them all by their sha. */
  readonly commits: Map<string, Commit>;
  readonly branches: Map<string, string>;
  readonly tags: Map<string, GitObject>;
  readonly tagObjects: Map<string, TagObject>;
  readonly pullRequests: Map<number, PullRequest>;
  /** Permission by login; everybody else may only read. */
  readonly collaborators: Map<string, 'admin' | 'maintain' | 'write' | 'triage' | 'read'>;
  /** Labels that the repository has, by name. */
  readonly labels: Map<string, Label>;
  /** What was said on pull requests, oldest first. */
  readonly comments: Comment[];
  /** Who put which label on or off, oldest first. */
  readonly events: IssueEvent[];
  readonly checkRuns: CheckRun[];
  readonly statuses: CommitStatus[];
  readonly deployments: GitHubDeployment[];
  readonly workflows: Workflow[];
  readonly runs: WorkflowRun[];
  /** Tells webhooks of something that happened here. */
  tell: (news: News) => void;
}

/** What a webhook is told: the parts of its payload that the event is about. */
export interface News {
  readonly event: string;
  /** Left out for events that have none. */
  readonly action?: string;
  readonly sender: Person;
  readonly about: Readonly<Record<string, unknown>>;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  color: string;
  description: string;
}

export interface Comment {
  readonly id: number;
  /** Number of the pull request. */
  readonly on: number;
  readonly by: Person;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface IssueEvent {
  readonly id: number;
  /** Number of the pull request. */
  readonly on: number;
  readonly event: 'labeled' | 'unlabeled' | 'closed' | 'reopened' | 'merged';
  readonly by: Person;
  readonly label: string | undefined;
  readonly createdAt: string;
}

export interface Person {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  /** An account of a program. */
  readonly isBot?: boolean;
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly author: Person;
  /** `GITHUB` for a commit that was made on GitHub's own pages. */
  readonly committer: Person;
  readonly parents: readonly string[];
  readonly at: string;
}

export interface GitObject {
  readonly type: 'commit' | 'tag';
  readonly sha: string;
}

export interface TagObject {
  readonly sha: string;
  readonly tag: string;
  readonly message: string;
  readonly object: GitObject;
}

export interface PullRequest {
  readonly number: number;
  title: string;
  readonly author: Person;
  /** Whose code it is: this repository's, a fork's, or a fork's that is gone. */
  from: { readonly id: number; readonly name: string } | null;
  readonly branch: string;
  readonly base: string;
  head: string;
  state: 'open' | 'closed';
  draft: boolean;
  mergedAt: string | null;
  labels: string[];
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  status: 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';
  conclusion:
    | 'success'
    | 'failure'
    | 'neutral'
    | 'cancelled'
    | 'skipped'
    | 'timed_out'
    | 'action_required'
    | 'stale'
    | 'startup_failure'
    | null;
  /** Whose check it is; GitHub Actions' when left out. */
  readonly app?: string;
  /** Of runs with one name in one suite only the newest is shown; a suite for each app when left out. */
  readonly suite?: number;
}

export interface CommitStatus {
  readonly sha: string;
  readonly context: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly url?: string;
}

export interface GitHubDeployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: string;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly createdAt: string;
}

/** One step of a run. A run takes the next one each time that it is asked about, and stays at the last. */
export interface RunStep {
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'timed_out' | 'skipped' | null;
}

export interface Workflow {
  readonly id: number;
  /** File name, such as `deploy.yml`. */
  readonly file: string;
  readonly name: string;
  /** The inputs that it knows; others are refused, as GitHub does. */
  readonly inputs: readonly string[];
  /** `run-name` of the workflow file. */
  readonly runName: (inputs: Record<string, unknown>) => string;
  /** What its next runs go through. */
  course: readonly RunStep[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: Workflow;
  readonly branch: string;
  readonly sha: string;
  readonly title: string;
  /** What started it; a dispatch when left out. */
  readonly event?: string;
  readonly inputs: Record<string, unknown>;
  readonly createdAt: string;
  steps: readonly RunStep[];
}

export const ASHA: Person = { login: 'asha-k', name: 'Asha', email: 'asha@acme.example' };

/** Whose token Baton has. */
export const BATON: Person = { login: 'baton-bot', name: 'Baton', email: 'baton@acme.example' };

/** The App, where Baton acts as one. */
export const BATON_APP: Person = { login: 'baton[bot]', name: 'Baton', email: '', isBot: true };

/** Who commits what is done on GitHub's own pages, such as a merge. */
export const GITHUB: Person = { login: 'web-flow', name: 'GitHub', email: 'noreply@github.com' };

let lastId = 1_000;

/** Ids are unique in the whole process, as GitHub's are in the world. */
export function nextId(): number {
  lastId += 1;
  return lastId;
}

/** GitHub's way of writing an instant. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

export function newRepository(name: string, now: () => Date, defaultBranch = 'main'): Repository {
  return {
    id: nextId(),
    name,
    now,
    defaultBranch,
    commits: new Map(),
    branches: new Map(),
    tags: new Map(),
    tagObjects: new Map(),
    pullRequests: new Map(),
    collaborators: new Map(),
    labels: new Map(),
    comments: [],
    events: [],
    checkRuns: [],
    statuses: [],
    deployments: [],
    workflows: [],
    runs: [],
    tell: () => undefined,
  };
}
