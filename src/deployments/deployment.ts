import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConflictError } from '../errors.ts';
import { ReasonCode } from '../reason-codes.ts';

/** GitHub's own words for deployment states, plus those it has no word for. */
export const DeploymentState = z.enum([
  'awaiting_approval',
  'waiting',
  'queued',
  'in_progress',
  'success',
  'failure',
  'cancelled',
  'superseded',
  'unknown',
]);
export type DeploymentState = z.infer<typeof DeploymentState>;

const instant = z.coerce.date();

/** What was live on an environment for one service, or is now. */
export const Live = z.object({
  deployment: z.string(),
  ref: z.string(),
  sha: z.string(),
  since: instant,
  by: z.string(),
  /** A later run of the service was started and did not succeed: the target may hold half of it. */
  disturbed: z.boolean().default(false),
  /** That run's deployment. */
  disturbedBy: z.string().optional(),
});
export type Live = z.infer<typeof Live>;

/** What lies between what was live and what is asked for, for those who approve it: the newest commits. */
export const Brings = z.object({
  total: z.int(),
  behindBy: z.int(),
  url: z.string().nullable(),
  commits: z.array(
    z.object({ sha: z.string(), title: z.string(), author: z.string(), pullRequest: z.int().optional() }),
  ),
});
export type Brings = z.infer<typeof Brings>;

/** One person's yes to one deployment of one sha. */
export const Approval = z.object({ by: z.string(), at: instant, sha: z.string(), rule: z.string() });
export type Approval = z.infer<typeof Approval>;

/** An admin passed gates in need; it stays open until somebody else has reviewed it. */
export const BreakGlass = z.object({
  reason: z.string(),
  reviewedBy: z.string().nullable().default(null),
  reviewedAt: instant.nullable().default(null),
});
export type BreakGlass = z.infer<typeof BreakGlass>;

/** What the gates were found to be right before the start, and by which configuration (SHA-256 of its file). */
export const Decision = z.object({
  at: instant,
  gates: z.record(z.string(), z.enum(['open', 'passed', 'not_asked'])),
  config: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** What a person can tell of a run of which Baton cannot. */
export const Verdict = z.enum(['ran', 'failed', 'never']);
export type Verdict = z.infer<typeof Verdict>;

/** One attempt to put one sha of one service on one environment. */
export const Deployment = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Grows with every save; a save compares it first. */
  revision: z.int(),
  environment: z.string(),
  service: z.string(),
  repository: z.string(),
  ref: z.string(),
  sha: z.string(),
  /** First line of the commit's message; empty where GitHub is off. */
  title: z.string().default(''),
  pullRequest: z.int().nullable().default(null),
  /** What kind of ref was typed; a sha never moves. */
  refKind: z.enum(['branch', 'tag', 'sha', 'pull_request']).default('sha'),
  /** A retry, a rollback or a teardown, and of which deployment. */
  kind: z.enum(['deploy', 'retry', 'rollback', 'down']).default('deploy'),
  /** What it put there has been replaced or torn down: GitHub shows it as inactive. */
  gone: z.boolean().default(false),
  of: z.string().nullable().default(null),
  /** The sha that a rollback leaves. */
  leaves: z.string().nullable().default(null),
  /** Asked for with `--wait`: a lock or another deployment does not end it. */
  waits: z.boolean().default(false),
  breakGlass: BreakGlass.nullable().default(null),
  state: DeploymentState,
  reason: ReasonCode.nullable().default(null),
  summary: z.string().default(''),
  fence: z.int(),
  requestedBy: z.string(),
  brings: Brings.nullable().default(null),
  approvals: z.array(Approval).default([]),
  approvalsNeeded: z.int().default(0),
  /** Who was asked to approve it: first those who were at work then. */
  approvers: z.array(z.string()).default([]),
  /** The environment's rule for approvals that they were given under (approvalRule). */
  approvalRule: z.string().default(''),
  decision: Decision.nullable().default(null),
  /** When the gates that ask GitHub were last found open for it. */
  judgedAt: instant.nullable().default(null),
  /** What people said of a run of which nobody can tell how it ended. */
  verdicts: z.array(z.object({ by: z.string(), how: Verdict, at: instant })).default([]),
  /** Somebody has asked the target to end the run. */
  cancelledBy: z.string().nullable().default(null),
  /** Driver type and options at the time of the request: a run is watched by what started it. */
  driver: z.string(),
  driverOptions: z.record(z.string(), z.unknown()),
  /** Where its one message goes, and the reference that all log lines of the command carry. */
  channel: z.string(),
  reference: z.string(),
  /** What was live for the service when it was asked for. */
  previous: Live.nullable().default(null),
  createdAt: instant,
  updatedAt: instant,
  /** The first intent to start, and the latest attempt at it: each is recorded before the driver is called. */
  intendedAt: instant.nullable().default(null),
  attemptedAt: instant.nullable().default(null),
  /** The runs folder of the latest attempt (DriverTools.place). */
  intendedOn: z.string().default(''),
  /** The driver's own name of the run; null until the start is recorded. */
  run: z.string().nullable().default(null),
  startedAt: instant.nullable().default(null),
  /** How long the last successes of the service on this environment took, as it was when it started. */
  usualSeconds: z.number().nullable().default(null),
  endedAt: instant.nullable().default(null),
  /** When the target was first heard to have the run; null while it has only been asked to start it. */
  heardAt: instant.nullable().default(null),
  /** When people were asked about a start of which nothing was heard. */
  silentAt: instant.nullable().default(null),
  /** The run is known to be over (a timed-out deployment has ended, but its run has not). */
  runOver: z.boolean().default(false),
  /** How the run of a timed-out deployment ended at last. */
  lateEnd: z.enum(['success', 'failure', 'cancelled']).nullable().default(null),
  url: z.string().nullable().default(null),
  logUrl: z.string().nullable().default(null),
  /** Last lines of the run's output, as the driver gave them. */
  tail: z.string().default(''),
  /** When the output of a run that goes on was last saved. */
  tailAt: instant.nullable().default(null),
});
export type Deployment = z.infer<typeof Deployment>;

const NEXT = {
  awaiting_approval: ['waiting', 'queued', 'cancelled', 'superseded'],
  waiting: ['queued', 'cancelled', 'superseded'],
  queued: ['in_progress', 'failure', 'cancelled', 'superseded', 'unknown'],
  in_progress: ['success', 'failure', 'cancelled', 'unknown'],
  unknown: ['in_progress', 'success', 'failure', 'cancelled'],
  success: [],
  failure: [],
  cancelled: [],
  superseded: [],
} as const satisfies Record<DeploymentState, readonly DeploymentState[]>;

/** What may change along with the state. */
export type Change = Partial<
  Pick<
    Deployment,
    | 'reason'
    | 'summary'
    | 'run'
    | 'intendedAt'
    | 'url'
    | 'logUrl'
    | 'tail'
    | 'runOver'
    | 'judgedAt'
    | 'cancelledBy'
    | 'verdicts'
    | 'heardAt'
  >
>;

/** The deployment in its next state. Throws ConflictError for a step that the table does not have. */
export function transition(from: Deployment, to: DeploymentState, at: Date, change: Change = {}): Deployment {
  const next: readonly DeploymentState[] = NEXT[from.state];
  if (!next.includes(to)) {
    throw new ConflictError(`Deployment ${from.id} is ${from.state} and cannot become ${to}.`);
  }
  const ended = NEXT[to].length === 0;
  return {
    ...from,
    reason: null,
    ...change,
    state: to,
    startedAt: to === 'in_progress' ? (from.startedAt ?? beganAt(from, at)) : from.startedAt,
    endedAt: ended ? at : null,
    // What people said of a run that was lost from sight says nothing of it once it is seen again.
    verdicts: to === 'in_progress' ? [] : (change.verdicts ?? from.verdicts),
    updatedAt: at,
  };
}

/**
 * The latest attempt to start, where one is known: a run may be found long after it. The attempt is told by the store's
 * clock, all else by the worker's: so never before the first intent, and never after `at`.
 */
function beganAt({ intendedAt, attemptedAt }: Deployment, at: Date): Date {
  if (attemptedAt === null) return at;
  const began = intendedAt !== null && attemptedAt < intendedAt ? intendedAt : attemptedAt;
  return began < at ? began : at;
}

/** True while it waits for its turn or for approvals: it has taken no lease. */
export function holdsNoLease({ state }: Pick<Deployment, 'state'>): boolean {
  return state === 'waiting' || state === 'awaiting_approval';
}

/** True when its run ended well, also after its time was over. */
export function hasSucceeded({ state, lateEnd }: Pick<Deployment, 'state' | 'lateEnd'>): boolean {
  return state === 'success' || lateEnd === 'success';
}

/** True in a state that no transition leaves. */
export function isFinished(deployment: Deployment): boolean {
  return NEXT[deployment.state].length === 0;
}

/**
 * The id of the deployment that one command asks for: always the same for the same command, so that a command
 * that runs twice asks for one deployment. It begins with the environment's name, which people recognise.
 */
export function deploymentIdFor(environment: string, command: string): string {
  const digest = createHash('sha256').update(`${environment}\n${command}`).digest();
  const letters = Array.from(digest.subarray(0, 8), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${environment}-${letters}`;
}

/** The environment that a deployment's id names, or undefined when the text cannot be an id. */
export function environmentOfDeployment(id: string): string | undefined {
  return /^(.+)-[a-z0-9]{8}$/.exec(id)?.[1];
}

/** Few vowels, so that ids hardly spell words. 32 letters, so that a byte maps evenly. */
const ALPHABET = 'bcdfghjkmnpqrstvwxyz0123456789ae';
