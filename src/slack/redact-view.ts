import type { Context } from '../context.ts';
import { JobView } from '../jobs.ts';
import type { View } from '../views/view.ts';

/** The same with no secret in any of its texts, for what quotes people's words: it is queued and sent. */
export function redactView({ redact }: Pick<Context, 'redact'>, view: View): View {
  const redacted: unknown = JSON.parse(JSON.stringify(view), (_key, value: unknown) =>
    typeof value === 'string' ? redact(value) : value,
  );
  const { text, blocks } = JobView.parse(redacted);
  return { text, blocks: [...blocks] };
}
