import { expect, it } from '@jest/globals';
import { type Facts, GATES, judge, PASSES_NOTHING } from '../../src/deployments/gates.ts';
import type { Lease } from '../../src/deployments/lease.ts';
import type { Lock } from '../../src/locks/lock.ts';

const NOON = new Date('2030-01-15T12:00:00Z');
const SHA = 'b'.repeat(40);
const lock: Lock = {
  id: 'l1',
  scope: 'staging',
  holder: 'U0BEN',
  reason: 'load test',
  since: NOON,
  until: null,
  turn: false,
  handoff: null,
  pullRequest: null,
  remindAt: null,
  offer: null,
  channel: '',
};
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
const frozen = { reason: 'weekend', until: NOON, source: 'configuration' as const, by: null };
const pending = { reason: 'checks_pending' as const, pending: [{ name: 'build', url: null }] };
const open: Facts = {
  sha: SHA,
  held: undefined,
  mayDeploy: true,
  lock: undefined,
  waiting: [],
  next: undefined,
  lease: undefined,
  frozen: undefined,
  ref: 'same',
  asksForChecks: true,
  checks: undefined,
  promotion: undefined,
  approvals: undefined,
  live: undefined,
  passes: PASSES_NOTHING,
};
const breakGlass = { ...PASSES_NOTHING, breakGlass: true };
const rollback = { ...PASSES_NOTHING, rollback: true };
const promotion = (there: typeof live | 'unreadable' | undefined) => ({ from: 'staging', live: there });

it.each<{ when: string; given: Partial<Facts>; reasons: string[] }>([
  { when: 'nothing stands in the way', given: {}, reasons: [] },
  {
    when: 'Redis has lost data',
    given: { held: { since: NOON, says: 'Baton looks.' } },
    reasons: ['driver_unknown'],
  },
  {
    when: 'nobody can read whether Redis has lost data',
    given: { held: 'unreadable', passes: breakGlass },
    reasons: ['driver_unknown'],
  },
  { when: 'the person is no deployer', given: { mayDeploy: false }, reasons: ['not_allowed'] },
  {
    when: 'an admin who is none breaks the glass',
    given: { mayDeploy: false, passes: breakGlass },
    reasons: [],
  },
  { when: 'somebody else holds the lock', given: { lock }, reasons: ['locked'] },
  {
    when: 'the lock cannot be read',
    given: { lock: { unreadable: 'staging' } },
    reasons: ['lock_ambiguous'],
  },
  { when: 'another deployment runs', given: { lease }, reasons: ['deployment_running'] },
  { when: 'the lease cannot be read', given: { lease: 'unreadable' }, reasons: ['deployment_running'] },
  { when: 'a deployment that waits comes first', given: { next }, reasons: ['deployment_running'] },
  { when: 'one runs and another waits', given: { lease, next }, reasons: ['deployment_running'] },
  { when: 'the environment is frozen', given: { frozen }, reasons: ['frozen'] },
  { when: 'the freeze cannot be read', given: { frozen: 'unreadable' }, reasons: ['frozen'] },
  { when: 'the ref has moved', given: { ref: 'moved' }, reasons: ['ref_changed'] },
  { when: 'the ref is gone', given: { ref: 'gone' }, reasons: ['ref_changed'] },
  { when: 'the ref cannot be asked about', given: { ref: 'unreadable' }, reasons: ['checks_unreadable'] },
  { when: 'a check has not ended', given: { checks: pending }, reasons: ['checks_pending'] },
  {
    when: 'the checks cannot be read',
    given: { checks: { reason: 'checks_unreadable' } },
    reasons: ['checks_unreadable'],
  },
  {
    when: 'this very sha is live where it is promoted from',
    given: { promotion: promotion({ ...live, sha: SHA }) },
    reasons: [],
  },
  {
    when: 'another sha is live where it is promoted from',
    given: { promotion: promotion(live) },
    reasons: ['not_promoted'],
  },
  {
    when: 'a later run broke off where it is promoted from',
    given: { promotion: promotion({ ...live, sha: SHA, disturbed: true }) },
    reasons: ['not_promoted'],
  },
  {
    when: 'nothing is live where it is promoted from',
    given: { promotion: promotion(undefined) },
    reasons: ['not_promoted'],
  },
  {
    when: 'what is live where it is promoted from cannot be read',
    given: { promotion: promotion('unreadable') },
    reasons: ['not_promoted'],
  },
  {
    when: 'an approval is missing',
    given: { approvals: { needed: 2, given: ['U0BEN'] } },
    reasons: ['approval_required'],
  },
  { when: 'all have approved', given: { approvals: { needed: 2, given: ['U0BEN', 'U0CLEO'] } }, reasons: [] },
  { when: 'another sha is live', given: { live }, reasons: [] },
  {
    when: 'this sha is live but a later run broke off',
    given: { live: { ...live, disturbed: true }, sha: live.sha },
    reasons: [],
  },
  { when: 'this sha is live', given: { live, sha: live.sha }, reasons: ['already_live'] },
])('tells what stands in the way when $when', ({ given, reasons }) => {
  expect(judge({ ...open, ...given }).map(({ reason }) => reason)).toEqual(reasons);
});

const CLOSED: readonly (readonly [name: string, facts: Partial<Facts>, reason: string])[] = [
  ['store', { held: { since: NOON, says: 'Baton looks.' } }, 'driver_unknown'],
  ['role', { mayDeploy: false }, 'not_allowed'],
  ['lock', { lock }, 'locked'],
  ['running', { lease }, 'deployment_running'],
  ['freeze', { frozen }, 'frozen'],
  ['ref', { ref: 'moved' }, 'ref_changed'],
  ['checks', { checks: pending }, 'checks_pending'],
  ['promotion', { promotion: promotion(undefined) }, 'not_promoted'],
  ['approval', { approvals: { needed: 1, given: [] } }, 'approval_required'],
  ['already live', { live: { ...live, sha: SHA } }, 'already_live'],
];

it('asks all gates, in one order', () => {
  expect(GATES.map(({ name }) => name)).toEqual(CLOSED.map(([name]) => name));
});

it('tells all that stands in the way at once, whatever is closed together', () => {
  for (let set = 0; set < 2 ** CLOSED.length; set += 1) {
    const closed = CLOSED.filter((_, index) => (set >> index) % 2 === 1);
    const facts: Facts = Object.assign({}, open, ...closed.map(([, given]) => given));
    expect(judge(facts).map(({ reason }) => reason)).toEqual(closed.map(([, , reason]) => reason));
  }
});

it.each([
  {
    who: 'break-glass',
    passes: breakGlass,
    passed: ['not_allowed', 'frozen', 'checks_pending', 'not_promoted'],
  },
  { who: 'a rollback', passes: rollback, passed: ['checks_pending', 'not_promoted'] },
  {
    who: 'a rollback where the configuration lets it pass freezes',
    passes: { ...rollback, freeze: true },
    passed: ['frozen', 'checks_pending', 'not_promoted'],
  },
])('lets $who pass no more than it should', ({ passes, passed }) => {
  const facts: Facts = Object.assign({}, open, ...CLOSED.map(([, given]) => given), { passes });
  const stillClosed = judge(facts).map(({ reason }) => reason);
  expect(stillClosed).toEqual(
    CLOSED.map(([, , reason]) => reason).filter((reason) => !passed.includes(reason)),
  );
});
