import { defineCommand } from '../src/command.ts';
import { findService } from '../src/config/find.ts';
import { explainGates } from '../src/deployments/why.ts';
import { UserError } from '../src/errors.ts';
import { environmentNamed, readScope } from '../src/slack/target.ts';
import { whyView } from '../src/views/why.ts';

export const deployWhy = defineCommand({
  name: 'deploy why',
  usage: '/deploy why ENV [SERVICE]',
  summary: 'Every gate: open or closed, who can open it, and when it opens by itself',
  example: '/deploy why production api',
  grammar: { words: ['ENV', '[SERVICE]'], flags: [], clauses: [] },

  async run(ctx, call) {
    const place = readScope(ctx.config, call.words);
    if (place.environment === 'all') {
      throw new UserError('Which environment?', { example: '/deploy why production api' });
    }
    const rules = environmentNamed(ctx.config, place.environment, 'deploy why');
    const { environment, service = rules.services[0] ?? '' } = place;
    const found = findService(ctx.config, service);
    const explained = await explainGates(ctx, call, {
      rules,
      environment,
      service,
      repository: found?.repository ?? '',
      ref: found?.ref === undefined ? { kind: 'default' } : { kind: 'named', name: found.ref },
    });
    return { to: 'caller', view: whyView(explained) };
  },
});
