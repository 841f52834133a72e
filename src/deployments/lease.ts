import * as z from 'zod';

/**
 * The running deployment's hold on one service of one environment. It has no expiry: it ends when the run is known to
 * be over. The fence is its number and only grows.
 */
export const Lease = z.object({
  deployment: z.string(),
  fence: z.int(),
  requestedBy: z.string(),
  ref: z.string(),
  since: z.coerce.date(),
});
export type Lease = z.infer<typeof Lease>;

/** A lease with what is known of its run: `lost` when people have to say how it ended. */
export interface Running extends Lease {
  readonly lost?: 'unknown' | 'timed_out';
}
