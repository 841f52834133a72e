import type { AuditEvent } from '../../src/audit/entry.ts';
import { NOON } from './context.ts';

/** Something that was done. The id is what tells one event from another. */
export function event(id: string, overrides: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id,
    at: NOON,
    actor: 'U0ASHA',
    action: 'deploy',
    subject: 'staging/api',
    outcome: 'accepted',
    reason: null,
    detail: {},
    ...overrides,
  };
}
