import { expect, it } from '@jest/globals';
import { type Facts, judge } from '../../src/deployments/gates.ts';
import type { Lease } from '../../src/deployments/lease.ts';
import type { Lock } from '../../src/locks/lock.ts';

const NOON = new Date('2030-01-15T12:00:00Z');
const lock: Lock = {
  version: 1,
  id: 'l1',
  scope: 'staging',
  holder: 'U0BEN',
  reason: 'load test',
  since: NOON,
  until: null,
};
const lease: Lease = { deployment: 'staging-b', fence: 4, requestedBy: 'U0BEN', ref: 'main', since: NOON };
const live = {
  deployment: 'staging-a',
  ref: 'main',
  sha: 'a'.repeat(40),
  since: NOON,
  by: 'U0BEN',
  disturbed: false,
};
const open: Facts = {
  sha: 'b'.repeat(40),
  mayDeploy: true,
  lock: undefined,
  lease: undefined,
  live: undefined,
  unjudged: [],
};

it.each<{ when: string; given: Partial<Facts>; reasons: string[] }>([
  { when: 'nothing stands in the way', given: {}, reasons: [] },
  { when: 'the person is no deployer', given: { mayDeploy: false }, reasons: ['not_allowed'] },
  { when: 'somebody else holds the lock', given: { lock }, reasons: ['locked'] },
  { when: 'the lock cannot be read', given: { lock: 'unreadable' }, reasons: ['lock_ambiguous'] },
  { when: 'another deployment runs', given: { lease }, reasons: ['deployment_running'] },
  { when: 'the lease cannot be read', given: { lease: 'unreadable' }, reasons: ['deployment_running'] },
  { when: 'another sha is live', given: { live }, reasons: [] },
  {
    when: 'this sha is live but a later run broke off',
    given: { live: { ...live, disturbed: true }, sha: live.sha },
    reasons: [],
  },
  { when: 'this sha is live', given: { live, sha: live.sha }, reasons: ['already_live'] },
  {
    when: 'a rule cannot be judged yet',
    given: { unjudged: [{ reason: 'approval_required', asks: 'approvals: 1' }] },
    reasons: ['approval_required'],
  },
  {
    when: 'several things stand in the way',
    given: { mayDeploy: false, lock, lease, live, sha: live.sha },
    reasons: ['not_allowed', 'locked', 'deployment_running', 'already_live'],
  },
])('tells all that stands in the way when $when', ({ given, reasons }) => {
  expect(judge({ ...open, ...given }).map(({ reason }) => reason)).toEqual(reasons);
});
