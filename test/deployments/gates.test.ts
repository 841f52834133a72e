import { expect, it } from '@jest/globals';
import { type Facts, judge } from '../../src/deployments/gates.ts';
import type { Lease } from '../../src/deployments/lease.ts';
import { lock as boardLock } from '../support/board.ts';
import { NOON } from '../support/context.ts';

const lock = boardLock({ holder: 'U0BEN' });
const lease: Lease = { deployment: 'staging-b', fence: 4, requestedBy: 'U0BEN', ref: 'main', since: NOON };
const next = {
  id: 'p1',
  scope: 'staging/api',
  person: 'U0BEN',
  since: NOON,
  reason: '',
  channel: '',
  deployment: 'staging-b',
};
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
  waiting: [],
  next: undefined,
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
  { when: 'a deployment that waits comes first', given: { next }, reasons: ['deployment_running'] },
  { when: 'one runs and another waits', given: { lease, next }, reasons: ['deployment_running'] },
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
