import * as z from 'zod';
import { parseStored } from '../redis/parse-stored.ts';
import { Answer } from './change.ts';
import { LockEvent } from './event.ts';
import { Lock } from './lock.ts';

/*
 * What a command did to a board: its answer, and what happened by it. One record, so that a lock that both are about is
 * written once; it is kept until what happened has been told, and a day longer.
 */

const Done = Answer.extend({
  /** Absent where it is the lock of the first event. */
  lock: Lock.nullable().optional(),
  events: z.array(z.unknown()),
});

const Answered = Done.transform(({ events: [first], lock, ...answer }): Answer => {
  if (lock !== undefined || first === undefined) return { ...answer, lock: lock ?? null };
  return { ...answer, lock: LockEvent.parse(first).lock };
});

/** What the command was answered. Throws UnreadableError. */
export function answerIn(environment: string, command: string, json: string): Answer {
  return parseStored(Answered, doneKey(environment, command), json);
}

/** Something that happened; `row` is how it is stored. */
export interface Happened {
  readonly row: string;
  /** Undefined when it cannot be read. */
  readonly event: LockEvent | undefined;
}

/** What happened by the command, in its order. A record that cannot be read is one thing that cannot be. */
export function happenedIn(json: string): Happened[] {
  try {
    const { events } = Done.pick({ events: true }).parse(JSON.parse(json));
    return events.map((one) => happened(JSON.stringify(one)));
  } catch {
    return [happened(json)];
  }
}

export function happened(row: string): Happened {
  try {
    return { row, event: LockEvent.parse(JSON.parse(row)) };
  } catch {
    return { row, event: undefined };
  }
}

export const doneKey = (environment: string, command: string) => `baton:{${environment}}:did:${command}`;
