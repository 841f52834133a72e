import { type Call, defineCommand } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import type { Digest } from '../src/handoffs/digest.ts';
import { assignItem, loadItem } from '../src/handoffs/take.ts';
import { loadMember } from '../src/people/roles.ts';
import { itemAssigned, itemGiven } from '../src/views/handoff.ts';
import type { View } from '../src/views/view.ts';

const EXAMPLE = '/handoff assign k3f9a @ben';

export const handoffAssign = defineCommand({
  name: 'handoff assign',
  usage: '/handoff assign ITEM @person',
  summary: 'Give an open item of a digest to somebody of the site that takes it',
  example: EXAMPLE,
  grammar: { words: ['ITEM', '@person'], flags: [], clauses: [], people: true },

  async run(ctx, call) {
    const [item, person] = call.words.words;
    if (item === undefined || person === undefined) {
      throw new UserError('It takes an item and a person.', { example: EXAMPLE });
    }
    const found = await loadItem(ctx, item.text);
    const to = await receiver(ctx, found.digest, person.text);
    const by = { command: call.id, person: call.actor.id };
    const isTheirs = found.digest.assigned[found.item.id]?.to === to && !call.again;
    await assignItem(ctx, { digest: found.digest.id, item: found.item.id, to }, by);
    if (to !== call.actor.id && !isTheirs) await tell(ctx, call, to, itemGiven(found.item, call.actor.id));
    return { to: 'caller', view: itemAssigned(found.item, to) };
  },
});

/** Throws UserError for somebody who is not a member here, or of another site. */
async function receiver(ctx: Context, { to }: Digest, id: string): Promise<string> {
  const { workspace } = ctx.config.slack;
  if (!/^[UW][A-Z0-9]+$/.test(id)) throw new UserError(`“${id}” is not a person.`, { example: EXAMPLE });
  await loadMember(ctx.slack, id, { team: workspace, workspace }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('That person cannot use Baton here, so nothing can be given to them.', {
      reason: 'not_allowed',
    });
  });
  const site = ctx.config.people.find(({ slack }) => slack === id)?.site;
  if (to === null || site === to) return id;
  throw new UserError(`That person is not of “${to}”, which takes this handoff.`, { reason: 'not_allowed' });
}

async function tell(ctx: Context, { id, reference }: Call, user: string, view: View): Promise<void> {
  await ctx.jobs.add('messages', `given-${id}`, {
    version: 1,
    kind: 'reply',
    user,
    channel: '',
    responseUrl: '',
    view,
    reference,
  });
}
