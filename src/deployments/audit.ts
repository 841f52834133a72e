import type { AuditEvent } from '../audit/entry.ts';
import { VERSION } from '../version.ts';
import { type Deployment, isFinished } from './deployment.ts';

/** What the audit trail is to hold of a deployment as far as it has come, in that order; each entry once, by its id. */
export function auditOf(deployment: Deployment): AuditEvent[] {
  const { lateEnd } = deployment;
  return [
    ...(isDecided(deployment) ? [startOf(deployment)] : []),
    ...(isFinished(deployment) ? [endOf(deployment)] : []),
    ...(lateEnd === null ? [] : [lateEndOf(deployment, lateEnd)]),
  ];
}

/** While it is queued the start may still be undone by what comes between the decision and the driver. */
function isDecided({ decision, state, startedAt }: Deployment): boolean {
  return decision !== null && (startedAt !== null || state === 'unknown');
}

/** All that was known when it was decided to start it: who asked, who approved, what, where, and by which rules. */
function startOf(deployment: Deployment): AuditEvent {
  const { id, decision, startedAt, updatedAt, approvals, approvalRule, breakGlass, previous } = deployment;
  return {
    id: `${id}-started`,
    at: decision?.at ?? startedAt ?? updatedAt,
    actor: 'baton',
    action: 'deployment started',
    subject: id,
    outcome: 'accepted',
    reason: breakGlass?.reason ?? null,
    detail: {
      ...whatItIs(deployment),
      repository: deployment.repository,
      ref_kind: deployment.refKind,
      pull_request: deployment.pullRequest,
      kind: deployment.kind,
      of: deployment.of,
      previous: previous === null ? null : { deployment: previous.deployment, sha: previous.sha },
      requested_by: deployment.requestedBy,
      requested_at: deployment.createdAt.toISOString(),
      approvals: approvals.map(({ by, at, sha }) => ({ by, at: at.toISOString(), sha })),
      approval_rule: approvalRule,
      gates: decision?.gates ?? {},
      config: decision?.config ?? null,
      driver: deployment.driver,
      run: deployment.run,
      channel: deployment.channel,
      baton: VERSION,
    },
  };
}

function endOf(deployment: Deployment): AuditEvent {
  const { id, state, reason, endedAt, startedAt, updatedAt } = deployment;
  return {
    id: `${id}-ended`,
    at: endedAt ?? updatedAt,
    actor: 'baton',
    action: 'deployment ended',
    subject: id,
    outcome: state === 'success' ? 'succeeded' : 'failed',
    reason,
    detail: {
      ...whatItIs(deployment),
      state,
      summary: deployment.summary,
      requested_by: deployment.requestedBy,
      started_at: startedAt?.toISOString() ?? null,
      run: deployment.run,
      url: deployment.url,
      log_url: deployment.logUrl,
    },
  };
}

/** The run of a timed-out deployment is over at last; the trail hears how. */
function lateEndOf(deployment: Deployment, run: string): AuditEvent {
  return {
    id: `${deployment.id}-run-over`,
    at: deployment.updatedAt,
    actor: 'baton',
    action: 'run ended',
    subject: deployment.id,
    outcome: run === 'success' ? 'succeeded' : 'failed',
    reason: 'timed_out',
    detail: { ...whatItIs(deployment), run },
  };
}

function whatItIs({ environment, service, sha, ref, fence, reference }: Deployment) {
  return { environment, service, sha, ref, fence, reference };
}
