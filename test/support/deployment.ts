import type { Deployment } from '../../src/deployments/deployment.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { NOON } from './context.ts';

/** A queued deployment as the request records it, before it has its fence and revision. */
export function wanted(overrides: Partial<Deployment> = {}): Omit<Deployment, 'fence' | 'revision'> {
  const environment = overrides.environment ?? 'staging';
  return {
    version: 1,
    id: deploymentIdFor(environment, `${Math.random()}`),
    environment,
    service: 'api',
    repository: 'acme/api',
    ref: 'main',
    sha: 'b'.repeat(40),
    title: 'Make it faster',
    pullRequest: null,
    gone: false,
    refKind: 'sha',
    kind: 'deploy',
    of: null,
    leaves: null,
    waits: false,
    breakGlass: null,
    brings: null,
    approvalRule: '',
    decision: null,
    judgedAt: null,
    verdicts: [],
    cancelledBy: null,
    state: 'queued',
    reason: null,
    summary: '',
    requestedBy: 'U0ASHA',
    approvals: [],
    approvalsNeeded: 0,
    approvers: [],
    driver: 'webhook',
    driverOptions: {},
    channel: 'C0STG',
    reference: 'abcd1234',
    previous: null,
    createdAt: NOON,
    updatedAt: NOON,
    intendedAt: null,
    attemptedAt: null,
    intendedOn: '',
    run: null,
    startedAt: null,
    usualSeconds: null,
    endedAt: null,
    heardAt: null,
    silentAt: null,
    runOver: false,
    lateEnd: null,
    url: null,
    logUrl: null,
    tail: '',
    tailAt: null,
    ...overrides,
  };
}

export function deployment(overrides: Partial<Deployment> = {}): Deployment {
  return { ...wanted(overrides), fence: 1, revision: 1, ...overrides };
}
