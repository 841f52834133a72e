import * as z from 'zod';
import type { Config } from '../config/schema.ts';
import type { Deployment, DeploymentState } from '../deployments/deployment.ts';

/** GitHub's words for the state of a GitHub Deployment, as far as Baton uses them. */
export const ReportedState = z.enum(['queued', 'in_progress', 'success', 'failure', 'error', 'inactive']);
export type ReportedState = z.infer<typeof ReportedState>;

/** What GitHub has been told about one deployment. */
export const Report = z.object({
  version: z.literal(1),
  /** GitHub's id of the GitHub Deployment; null until it is known. */
  github: z.int().nullable(),
  /** An attempt to create it was begun: whoever comes after a death looks for it first. */
  creating: z.boolean().default(false),
  reported: z.array(ReportedState),
  /** A state that is being told: recorded before the request, so that it is not told twice after a crash. */
  intended: ReportedState.nullable(),
  /** GitHub refuses for good: nothing more is tried for this deployment. */
  refused: z.boolean(),
});
export type Report = z.infer<typeof Report>;

export const NOTHING_REPORTED: Report = {
  version: 1,
  github: null,
  creating: false,
  reported: [],
  intended: null,
  refused: false,
};

/**
 * All states that GitHub should have seen of a deployment by now, in order. Empty while it waits for something before
 * the queue. `unknown` is no end, so GitHub sees what it saw before.
 */
export function statesToReport({
  state,
  reason,
  startedAt,
  kind,
  gone,
  lateEnd,
}: Deployment): readonly ReportedState[] {
  const begun: ReportedState[] = startedAt === null ? ['queued'] : ['queued', 'in_progress'];
  if (kind === 'down') return []; // it ends another one's record
  const cancelled = startedAt === null ? 'inactive' : 'error';
  const late: Record<NonNullable<Deployment['lateEnd']>, ReportedState> = {
    success: 'success',
    failure: 'failure',
    cancelled: 'failure',
  };
  // A time-out is no end of the run: that is told when it comes.
  const failed: ReportedState[] =
    reason === 'timed_out' ? ['error', ...(lateEnd === null ? [] : [late[lateEnd]])] : ['failure'];
  const inactive: ReportedState[] = gone ? ['inactive'] : [];
  const told: Record<DeploymentState, readonly ReportedState[]> = {
    awaiting_approval: [],
    waiting: [],
    queued: ['queued'],
    in_progress: ['queued', 'in_progress'],
    unknown: begun,
    success: ['queued', 'in_progress', 'success', ...inactive],
    failure: [...begun, ...failed, ...(lateEnd === 'success' ? inactive : [])],
    cancelled: [...begun, cancelled],
    superseded: [...begun, cancelled],
  };
  return told[state];
}

/**
 * The states still to be told: those behind the last one that GitHub has. That it was queued is told only while it is,
 * since GitHub counts the requests.
 */
export function statesMissing(
  wanted: readonly ReportedState[],
  known: readonly ReportedState[],
): readonly ReportedState[] {
  const missing = wanted.slice(wanted.findLastIndex((state) => known.includes(state)) + 1);
  return missing.filter((state, index) => state !== 'queued' || index === missing.length - 1);
}

/**
 * The name of the GitHub environment: the environment's own, or `staging/api` where several of its services live in one
 * repository, since a success makes GitHub call the earlier deployments of the same name inactive.
 */
export function githubEnvironment(
  { environments, services }: Config,
  { environment, service, repository }: Pick<Deployment, 'environment' | 'service' | 'repository'>,
): string {
  const neighbours = environments[environment]?.services ?? [];
  const sharing = neighbours.filter(
    (name) => services[name]?.repository.toLowerCase() === repository.toLowerCase(),
  );
  return sharing.length > 1 ? `${environment}/${service}` : environment;
}

/** One line of at most 140 characters, GitHub's limit for descriptions. */
export function description(text: string): string {
  const characters = Array.from(text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim());
  return characters.length > 140 ? `${characters.slice(0, 139).join('')}…` : characters.join('');
}
