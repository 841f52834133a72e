import type { ListedEntry } from '../audit/store.ts';
import type { Deployment, Live } from '../deployments/deployment.ts';
import type { Frozen } from '../freezes/freeze.ts';
import type { Lock, Place } from '../locks/lock.ts';

/** How nouns look to those who ask over HTTP: our keys in snake case, times in ISO 8601, UTC. */
export function deploymentShape(deployment: Deployment): object {
  const { id, environment, service, repository, ref, sha, state, reason, fence, driver } = deployment;
  return {
    id,
    environment,
    service,
    repository,
    ref,
    sha,
    title: deployment.title,
    pull_request: deployment.pullRequest,
    state,
    reason,
    fence,
    requested_by: deployment.requestedBy,
    approved_by: deployment.approvals.map(({ by }) => by),
    driver,
    created_at: deployment.createdAt.toISOString(),
    started_at: deployment.startedAt?.toISOString() ?? null,
    ended_at: deployment.endedAt?.toISOString() ?? null,
    url: deployment.url,
    log_url: deployment.logUrl,
    summary: deployment.summary,
  };
}

export interface LockShape {
  readonly scope: string;
  readonly holder: string | null;
  readonly reason: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly waiting: readonly string[];
  readonly pull_request: number | null;
  /** True where the stored lock cannot be read: it blocks, and nobody knows whose it is. */
  readonly unreadable?: true;
}

export function lockShape(
  { scope, holder, reason, since, until, handoff, pullRequest }: Lock,
  waiting: readonly Place[],
): LockShape {
  return {
    scope,
    holder,
    reason,
    since: since.toISOString(),
    until: (handoff?.at ?? until)?.toISOString() ?? null,
    waiting: [...new Set(waiting.map(({ person }) => person))],
    pull_request: pullRequest?.number ?? null,
  };
}

export function unreadableLock(scope: string): LockShape {
  const reason = 'The stored lock cannot be read, so it blocks until an admin has looked at it.';
  const nothing = { holder: null, since: null, until: null, waiting: [], pull_request: null };
  return { scope, reason, ...nothing, unreadable: true };
}

export interface FreezeShape {
  readonly reason: string;
  /** The next opening; null when it never opens by itself, or cannot be read. */
  readonly until: string | null;
  /** Slack id of who set it; null for the configuration. */
  readonly by: string | null;
  /** True where the stored freeze cannot be read: it blocks. */
  readonly unreadable?: true;
}

export function freezeShape({ reason, until, by }: Frozen): FreezeShape {
  return { reason, until: until?.toISOString() ?? null, by };
}

export const unreadableFreeze: FreezeShape = {
  reason: 'The stored freeze cannot be read, so it blocks until an admin has looked at it.',
  until: null,
  by: null,
  unreadable: true,
};

export function liveShape({ deployment, ref, sha, since, by }: Live): object {
  return { deployment, ref, sha, since: since.toISOString(), by };
}

/** With the members in the order in which they are hashed (docs/audit.md). */
export function entryShape(entry: ListedEntry): object {
  if (!('unreadable' in entry)) {
    const { seq, id, at, actor, action, subject, outcome, reason, detail, prev, hash } = entry;
    return { seq, id, at: at.toISOString(), actor, action, subject, outcome, reason, detail, prev, hash };
  }
  const nothing = { at: null, actor: null, action: null, subject: null, outcome: null };
  return { seq: entry.seq, ...nothing, reason: null, detail: {}, prev: null, hash: null, unreadable: true };
}
