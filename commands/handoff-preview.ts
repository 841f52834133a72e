import { defineCommand, type Reply } from '../src/command.ts';
import type { Config } from '../src/config/schema.ts';
import { UserError } from '../src/errors.ts';
import { previewOf } from '../src/handoffs/now.ts';
import { nearestWord } from '../src/nearest.ts';
import type { Person } from '../src/people/person.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { previewView } from '../src/views/handoff.ts';

export const handoffPreview = defineCommand({
  name: 'handoff preview',
  usage: '/handoff preview [SITE]',
  summary: 'What the next digest that a site gives would say now',
  example: '/handoff preview',
  grammar: { words: ['[SITE]'], flags: [], clauses: [] },

  async run(ctx, { words, actor }): Promise<Reply> {
    const site = siteOf(ctx.config, actor, words.words[0]?.text);
    const preview = await previewOf(ctx, site);
    if (preview === undefined) throw new UserError(`${site} hands over to nobody within a week.`);
    return { to: 'caller', view: previewView(preview) };
  },
});

function siteOf(config: Config, actor: Person, named: string | undefined): string {
  const giving = [...new Set(config.handoffs.map(({ from }) => from))];
  const example = `/handoff preview ${giving[0] ?? 'SITE'}`;
  if (giving.length === 0) throw new UserError('No handoffs are configured yet.');
  if (named !== undefined) {
    if (giving.includes(named)) return named;
    const meant = nearestWord(named, giving);
    const hint =
      meant === undefined ? `Sites that hand over: ${giving.join(', ')}.` : `Did you mean “${meant}”?`;
    throw new UserError(`No site “${named}” hands over.`, { hint, example });
  }
  const own = workplaceOf(config, actor).name;
  if (own !== undefined && giving.includes(own)) return own;
  const [only] = giving;
  if (giving.length === 1 && only !== undefined) return only;
  throw new UserError('Your site hands over to nobody; name one that does.', {
    hint: `Sites that hand over: ${giving.join(', ')}.`,
    example,
  });
}
