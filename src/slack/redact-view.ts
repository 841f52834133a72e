import type { Context } from '../context.ts';
import { JobView } from '../jobs.ts';
import type { View } from '../views/view.ts';

/** The same without secrets, for what quotes people's words: it is queued and sent. */
export function redactView({ redact }: Pick<Context, 'redact'>, view: View): View {
  const { text, blocks } = JobView.parse(JSON.parse(redact(JSON.stringify(view))));
  return { text, blocks: [...blocks] };
}
