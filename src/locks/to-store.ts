import type { Answer, Change } from './change.ts';
import type { LockEvent } from './event.ts';
import type { Board, Lock } from './lock.ts';

/*
 * What is stored leaves out what its schema fills in again when it is read: a change waits until all of it is on the
 * disk. Of what each of them has, the time is a text already: JSON.stringify is slow with a Date.
 */

export function boardToStore({ version, locks, line, warnings }: Board): Record<keyof Board, unknown> {
  return { version, locks: locks.map(lockToStore), line, warnings };
}

function lockToStore(lock: Lock): Record<keyof Lock, unknown> {
  const { id, scope, holder, reason, since, until, turn, asked, handoff } = lock;
  const { pullRequest, remindAt, offer, channel, news } = lock;
  return {
    id,
    scope,
    holder,
    reason,
    since: since.toISOString(),
    until: until ?? undefined,
    turn: turn || undefined,
    asked,
    handoff: handoff ?? undefined,
    pullRequest: pullRequest ?? undefined,
    remindAt: remindAt ?? undefined,
    offer: offer ?? undefined,
    channel: channel || undefined,
    news,
  };
}

export function doneToStore({ answer, events }: Change): Record<keyof Answer | 'events', unknown> {
  const { outcome, lock, place, ahead, locks, warnings } = answer;
  const isFirst = lock === (events[0]?.lock ?? null);
  return {
    outcome,
    lock: isFirst ? undefined : lock && lockToStore(lock),
    place: place ?? undefined,
    ahead: ahead || undefined,
    locks: locks.length === 0 ? undefined : locks.map(lockToStore),
    warnings: warnings.length === 0 ? undefined : warnings,
    events: events.map(eventToStore),
  };
}

function eventToStore(event: LockEvent): Record<keyof LockEvent, unknown> {
  const { id, kind, at, actor, scope, reason, other, lock, place, warning, ahead, turn, channel, thread } =
    event;
  return {
    id,
    kind,
    at: at.toISOString(),
    actor,
    scope,
    reason: reason || undefined,
    other: other ?? undefined,
    lock: lock === null ? undefined : lockToStore(lock),
    place: place ?? undefined,
    warning: warning ?? undefined,
    ahead: ahead || undefined,
    turn,
    channel: channel || undefined,
    thread,
  };
}
