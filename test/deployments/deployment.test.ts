import { expect, it } from '@jest/globals';
import {
  deploymentIdFor,
  DeploymentState,
  environmentOfDeployment,
  isFinished,
  transition,
} from '../../src/deployments/deployment.ts';
import { ConflictError } from '../../src/errors.ts';
import { NOON } from '../support/context.ts';
import { deployment } from '../support/deployment.ts';

const LATER = new Date(NOON.getTime() + 60_000);

/** Every step that there is; all others are refused. */
const STEPS: Record<DeploymentState, readonly DeploymentState[]> = {
  awaiting_approval: ['waiting', 'queued', 'cancelled', 'superseded'],
  waiting: ['queued', 'cancelled', 'superseded'],
  queued: ['in_progress', 'failure', 'cancelled', 'superseded', 'unknown'],
  in_progress: ['success', 'failure', 'cancelled', 'unknown'],
  unknown: ['in_progress', 'success', 'failure', 'cancelled'],
  success: [],
  failure: [],
  cancelled: [],
  superseded: [],
};
const pairs = DeploymentState.options.flatMap((from) =>
  DeploymentState.options.map((to) => ({ from, to, allowed: STEPS[from].includes(to) })),
);

it.each(pairs.filter(({ allowed }) => allowed))('goes from $from to $to', ({ from, to }) => {
  const next = transition(deployment({ state: from }), to, LATER);

  expect(next).toMatchObject({ state: to, updatedAt: LATER });
  expect(isFinished(next)).toBe(STEPS[to].length === 0);
  expect(next.endedAt).toEqual(STEPS[to].length === 0 ? LATER : null);
});

it.each(pairs.filter(({ allowed }) => !allowed))('never goes from $from to $to', ({ from, to }) => {
  expect(() => transition(deployment({ state: from }), to, LATER)).toThrow(ConflictError);
});

it('keeps the moment of its start when a lost run is found again', () => {
  const running = transition(deployment({ state: 'queued' }), 'in_progress', NOON);
  const lost = transition(running, 'unknown', LATER);

  expect(running.startedAt).toEqual(NOON);
  expect(transition(lost, 'in_progress', LATER).startedAt).toEqual(NOON);
});

it.each([
  { what: 'the latest attempt', attempted: -60, began: -60 },
  { what: 'the first intent, where the store’s clock is behind', attempted: -600, began: -120 },
  { what: 'now, where the store’s clock is ahead', attempted: 600, began: 0 },
  { what: 'the moment at which it is found, where no attempt is known', attempted: null, began: 0 },
])('takes for the start of a run that is found later $what', ({ attempted, began }) => {
  const at = (seconds: number) => new Date(LATER.getTime() + seconds * 1_000);
  const lost = deployment({
    state: 'unknown',
    intendedAt: at(-120),
    attemptedAt: attempted === null ? null : at(attempted),
  });

  expect(transition(lost, 'in_progress', LATER).startedAt).toEqual(at(began));
});

it('leaves the reason of the state before behind, and takes along what is new', () => {
  const lost = deployment({ state: 'unknown', reason: 'driver_unknown' });

  expect(transition(lost, 'in_progress', LATER).reason).toBeNull();
  expect(transition(lost, 'failure', LATER, { reason: 'driver_failed', summary: 'It broke' })).toMatchObject({
    reason: 'driver_failed',
    summary: 'It broke',
  });
});

it('names the same deployment for the same command, whenever it runs', () => {
  expect(deploymentIdFor('staging', 'job-1')).toBe(deploymentIdFor('staging', 'job-1'));
  expect(deploymentIdFor('staging', 'job-1')).not.toBe(deploymentIdFor('staging', 'job-2'));
});

it('can be traced to its environment', () => {
  expect(environmentOfDeployment(deploymentIdFor('pr-12', 'job-1'))).toBe('pr-12');
  expect(environmentOfDeployment('nonsense')).toBeUndefined();
});
