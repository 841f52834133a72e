import type { Context } from '../context.ts';
import type { View } from '../views/view.ts';

/** Posts to the audit channel, else to that of the releases; the same id is posted once within the hour. */
export async function tellOperators(ctx: Context, id: string, view: View): Promise<void> {
  const { audit, releases } = ctx.config.slack.channels;
  const channel = audit ?? releases;
  if (channel === undefined) return;
  await ctx.jobs.add('messages', id, {
    version: 1,
    kind: 'notice',
    channel,
    user: '',
    view,
    reference: id.slice(0, 40),
  });
}
