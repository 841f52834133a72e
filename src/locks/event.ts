import * as z from 'zod';
import { Lock, Place, Warning } from './lock.ts';

export const LockEventKind = z.enum([
  'taken',
  'extended',
  'freed',
  'forced',
  'expired',
  'stolen',
  'offered',
  'offer_expired',
  'accepted',
  'taken_over',
  'handed_over',
  'declined',
  'waiting',
  'left',
  'turn',
  'turn_passed',
  'warned',
  'warning_ended',
  'warning_removed',
  'warning_forced',
  'reminded',
  'kept',
  'merged',
  'closed',
]);
export type LockEventKind = z.infer<typeof LockEventKind>;

/** What happened to a lock, the line or a warning: kept as history, and told to whom it concerns. */
export const LockEvent = z.object({
  /** The same however often it is told. */
  id: z.string(),
  kind: LockEventKind,
  at: z.iso.datetime().transform((text) => new Date(text)),
  /** Slack id of who did it, or `baton`. */
  actor: z.string(),
  scope: z.string(),
  /** Why, in the words of whoever did it. */
  reason: z.string().default(''),
  /** Whom it concerns beside the actor: the holder before, the person it is offered to, the one whose turn it is. */
  other: z.string().nullable().default(null),
  /** The lock as it is now, or as it was when it went; null for one that could not be read. */
  lock: Lock.nullable().default(null),
  place: Place.nullable().default(null),
  warning: Warning.nullable().default(null),
  /** Of what was stolen: it was no lock yet, but kept for whoever's turn had come. */
  turn: z.boolean().optional(),
  /** How many stand before the place in the line. */
  ahead: z.int().default(0),
  /** Where it was typed; empty for what time did. */
  channel: z.string().default(''),
  /** The event in the thread of whose news it is told. */
  thread: z.string().optional(),
});
export type LockEvent = z.infer<typeof LockEvent>;
