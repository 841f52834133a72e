import { createHash } from 'node:crypto';
import type { View } from '../views/view.ts';

/** What tells one view from another. */
export function fingerprint(view: View): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 16);
}
