import { createHash } from 'node:crypto';
import * as z from 'zod';

const instant = z.iso.datetime().transform((text) => new Date(text));

/** A freeze of one environment that an admin has set, beside those of the configuration. */
export const SetFreeze = z.object({
  version: z.literal(1),
  /** Tells this very freeze from a later one on the same environment. */
  id: z.string(),
  /** Slack id of who set it. */
  by: z.string(),
  reason: z.string(),
  since: instant,
  /** The first moment that is open again; from then on it counts for nothing. */
  until: instant,
});
export type SetFreeze = z.infer<typeof SetFreeze>;

/** The id of the freeze that one command sets: always the same for the same command. */
export function freezeIdFor(environment: string, command: string): string {
  return createHash('sha256').update(`freeze\n${environment}\n${command}`).digest('hex').slice(0, 12);
}
