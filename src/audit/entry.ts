import * as z from 'zod';

export const Outcome = z.enum(['accepted', 'refused', 'forced', 'expired', 'succeeded', 'failed']);

/** What is told to the audit trail; its place in the chain is found when it is appended. */
export const AuditEvent = z.object({
  /** The same for each attempt to tell it, so that it stands in the trail once. */
  id: z.string(),
  at: z.coerce.date(),
  /** A Slack id, `github:LOGIN` or `baton`. */
  actor: z.string(),
  /** The command or event in its own words, such as `deploy`, `lock`, `deployment ended`. */
  action: z.string(),
  /** What it was done to: `staging`, `staging/api`, a deployment's id. */
  subject: z.string(),
  outcome: Outcome,
  /** A reason code, or what the person gave as the reason. */
  reason: z.string().nullable(),
  detail: z.record(z.string(), z.json()),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

export const AuditEntry = AuditEvent.extend({ seq: z.int().min(1), prev: z.string(), hash: z.string() });
export type AuditEntry = z.infer<typeof AuditEntry>;
