import { type Deployment, isFinished } from '../deployments/deployment.ts';
import { type Ended, type Item, newItem, type Section } from './digest.ts';
import { failureItem, lastFailures, whyOf } from './failures.ts';
import type { EnvironmentFacts, Facts } from './found.ts';

type Names = Facts['names'];

interface Look {
  readonly section: Section;
  readonly what: string;
  readonly next: (one: Deployment, names: Names) => string;
}

const OPEN: Readonly<Partial<Record<Deployment['state'], Look>>> = {
  unknown: { section: 'unknown', what: 'blocks: nobody can tell how it ended', next: resolveIt },
  awaiting_approval: { section: 'awaiting', what: 'waits for an approval', next: approveIt },
  waiting: { section: 'waiting', what: 'waits in the line', next: () => 'Goes on by itself at its turn' },
  queued: { section: 'running', what: 'is about to start', next: ({ environment }) => status(environment) },
  in_progress: { section: 'running', what: 'runs', next: ({ environment }) => status(environment) },
};

/** What is open of an environment's deployments: running, waiting, unknown, and the last failures. */
export function deploymentItems(
  facts: EnvironmentFacts,
  { span: { since }, names }: Pick<Facts, 'span' | 'names'>,
): Item[] {
  const { name, deployments, blocking } = facts;
  const open = deployments.flatMap((one) => {
    const look = OPEN[one.state];
    if (look === undefined) return [];
    const { service, requestedBy: owner, ref, summary: said } = one;
    const where = `${name}/${service}`;
    const began = one.startedAt ?? one.createdAt;
    const what = `${ref} ${look.what}`;
    return [
      newItem(one.id, {
        section: look.section,
        what,
        where,
        said,
        owner,
        since: began,
        next: look.next(one, names),
        deployment: one.state === 'awaiting_approval' ? one.id : null,
      }),
    ];
  });
  const isBlocking = ({ id, state }: Deployment) => state === 'failure' && blocking.has(id);
  // There nothing can be deployed yet, whatever failed before.
  const stuck = new Set(
    deployments.filter((one) => one.state === 'unknown' || isBlocking(one)).map(serviceOf),
  );
  return [
    ...open,
    ...deployments.filter(isBlocking).map(timedOutItem),
    ...lastFailures(facts)
      .filter(({ last }) => !stuck.has(last.service))
      .flatMap((failed) => failureItem(failed, facts, since)),
    ...brokenGlass(deployments),
  ];
}

function serviceOf({ service }: Deployment): string {
  return service;
}

/** Its clock has ended and the run perhaps not: until that is known nothing else is deployed there. */
function timedOutItem(one: Deployment): Item {
  const { id, environment, service, ref, requestedBy: owner, startedAt, createdAt } = one;
  const what = `${ref} blocks: it timed out, and may still run`;
  const told = { what, where: `${environment}/${service}`, owner, since: startedAt ?? createdAt };
  return newItem(id, { section: 'unknown', ...told, next: resolveIt(one) });
}

/** Passed the gates in need, and nobody has reviewed it; a run of it may be open besides, or have failed. */
function brokenGlass(deployments: readonly Deployment[]): Item[] {
  return deployments.flatMap(
    ({ id, environment, service, ref, breakGlass, requestedBy: owner, createdAt, state }) => {
      if (breakGlass === null || breakGlass.reviewedBy !== null) return [];
      const what = `${ref} broke the glass${state === 'awaiting_approval' ? ', and has not started yet' : ''}`;
      const told = { what, where: `${environment}/${service}`, owner };
      const next = `Somebody else reviews it: “/deploy review ${id}”`;
      return [
        newItem(id, { section: 'break_glass', ...told, said: breakGlass.reason, since: createdAt, next }),
      ];
    },
  );
}

/** What has ended within the span. */
export function endedIn(
  { deployments }: EnvironmentFacts,
  { span: { since }, names }: Pick<Facts, 'span' | 'names'>,
): Ended[] {
  return deployments.flatMap((one): Ended[] => {
    const { id, environment, service, ref, state, requestedBy: by, startedAt, endedAt } = one;
    if (endedAt === null || endedAt < since || !isFinished(one)) return [];
    if (state !== 'success' && state !== 'failure' && state !== 'cancelled' && state !== 'superseded')
      return [];
    const took = startedAt === null ? null : Math.max(0, endedAt.getTime() - startedAt.getTime());
    const seconds = took === null ? null : Math.round(took / 1_000);
    return [
      {
        id,
        environment,
        service,
        ref,
        state,
        reason: state === 'success' ? '' : whyOf(one),
        by,
        name: names.get(by) ?? '',
        endedAt,
        seconds,
      },
    ];
  });
}

function resolveIt({ id }: Deployment): string {
  return `Look at the target, then “/deploy resolve ${id} ran|failed|never”`;
}

const MOST_NAMED = 3;

/** Those who were asked, by their names: those of whom the configuration has none are in Slack's message. */
function approveIt({ id, environment, approvers, approvals }: Deployment, names: Names): string {
  const left = approvers.filter((person) => !approvals.some(({ by }) => by === person));
  const named = left.flatMap((person) => names.get(person) ?? []).slice(0, MOST_NAMED);
  const who = named.length === 0 ? `An approver of ${environment}` : named.join(' or ');
  return `${who}: “/deploy approve ${id}”, or reject`;
}

function status(environment: string): string {
  return `“/deploy status ${environment}”`;
}
