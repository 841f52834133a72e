import { expect, it } from '@jest/globals';
import { auditOf } from '../../src/deployments/audit.ts';
import { type Facts, judge, openGates, PASSES_NOTHING } from '../../src/deployments/gates.ts';
import { NOON } from '../support/context.ts';
import { deployment } from '../support/deployment.ts';

const decision = { at: NOON, gates: { role: 'open' as const, freeze: 'passed' as const }, config: 'c0f16' };
const started = {
  state: 'in_progress' as const,
  decision,
  startedAt: NOON,
  run: 'run-7',
  approvals: [{ by: 'U0BEN', at: NOON, sha: 'b'.repeat(40), rule: '1 of production' }],
  approvalRule: '1 of production',
};

it('holds all that was known when a start was decided', () => {
  const [entry, ...rest] = auditOf(deployment(started));

  expect(rest).toEqual([]);
  expect(entry).toMatchObject({
    action: 'deployment started',
    outcome: 'accepted',
    at: NOON,
    detail: {
      requested_by: 'U0ASHA',
      approvals: [{ by: 'U0BEN', at: NOON.toISOString(), sha: 'b'.repeat(40) }],
      approval_rule: '1 of production',
      sha: 'b'.repeat(40),
      ref: 'main',
      fence: 1,
      driver: 'webhook',
      run: 'run-7',
      gates: { role: 'open', freeze: 'passed' },
      config: 'c0f16',
      reference: 'abcd1234',
    },
  });
});

it.each([
  { when: 'it waits', given: { state: 'waiting' as const }, actions: [] },
  { when: 'it is queued', given: { decision }, actions: [] },
  { when: 'it runs', given: started, actions: ['deployment started'] },
  {
    when: 'nobody can tell whether it began',
    given: { decision, state: 'unknown' as const },
    actions: ['deployment started'],
  },
  {
    when: 'it has ended',
    given: { ...started, state: 'success' as const, endedAt: NOON },
    actions: ['deployment started', 'deployment ended'],
  },
  {
    when: 'it was cancelled before its start',
    given: { state: 'cancelled' as const, endedAt: NOON },
    actions: ['deployment ended'],
  },
  {
    when: 'its run was over after its time',
    given: { ...started, state: 'failure' as const, endedAt: NOON, lateEnd: 'success' as const },
    actions: ['deployment started', 'deployment ended', 'run ended'],
  },
])('holds $actions when $when', ({ given, actions }) => {
  expect(auditOf(deployment(given)).map(({ action }) => action)).toEqual(actions);
});

const FACTS: Facts = {
  sha: 'b'.repeat(40),
  mayDeploy: true,
  held: undefined,
  lock: undefined,
  waiting: [],
  next: undefined,
  lease: undefined,
  frozen: undefined,
  ref: 'same',
  asksForChecks: false,
  checks: undefined,
  promotion: undefined,
  approvals: undefined,
  live: undefined,
  passes: PASSES_NOTHING,
};

it('tells what was not asked for', () => {
  expect(openGates(FACTS)).toMatchObject({
    role: 'open',
    checks: 'not_asked',
    promotion: 'not_asked',
    approval: 'not_asked',
  });
});

it('tells what break-glass has passed', () => {
  const passes = { ...PASSES_NOTHING, breakGlass: true };
  const checks = { reason: 'checks_unreadable' as const };
  const facts: Facts = { ...FACTS, asksForChecks: true, checks, frozen: 'unreadable', passes };

  expect(judge(facts)).toEqual([]);
  expect(openGates(facts)).toMatchObject({ checks: 'passed', freeze: 'passed', lock: 'open' });
});
