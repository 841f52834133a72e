import * as z from 'zod';
import { ReasonCode } from '../reason-codes.ts';

/** That somebody asked for a deployment by a label, and what came of it. */
export const Asked = z.object({
  version: z.literal(1),
  /** GitHub's number of the event that put the label on, or a webhook's (below zero): the same label again is another event. */
  event: z.int(),
  environment: z.string(),
  /** GitHub login of whoever put it on; empty where the account is gone. */
  login: z.string(),
  isBot: z.boolean(),
  /** The head of the pull request when the label was seen. */
  sha: z.string(),
  at: z.coerce.date(),
  state: z.enum(['pending', 'accepted', 'refused']),
  /** Id of the deployment, once it is accepted. */
  deployment: z.string().nullable(),
  /** Why it was refused, and what to do, in sentences. */
  reasons: z.array(ReasonCode),
  says: z.string(),
});
export type Asked = z.infer<typeof Asked>;

/** The command's id, the same however often the label is looked at. */
export function commandOf({ event }: Pick<Asked, 'event'>): string {
  return `label-${event}`;
}
