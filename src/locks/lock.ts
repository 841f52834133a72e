import * as z from 'zod';
import { ConflictError } from '../errors.ts';

/** A person's claim on an environment. The lease of a running deployment is something else. */
export const Lock = z.object({
  version: z.literal(1),
  /** `all`, `staging` or `staging/api`. */
  scope: z.string(),
  /** Slack id of the holder. */
  holder: z.string(),
  reason: z.string(),
  since: z.coerce.date(),
  until: z.coerce.date().nullable().default(null),
});
export type Lock = z.infer<typeof Lock>;

/** Carries the lock that is in the way, so that the view can name the holder. */
export class LockedError extends ConflictError {
  readonly lock: Lock;

  constructor(lock: Lock) {
    super(`${lock.scope} is locked`, { reason: 'locked' });
    this.lock = lock;
  }
}
