import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { resume } from '../src/deployments/resume.ts';
import { UserError } from '../src/errors.ts';
import { requireRole } from '../src/people/permission.ts';
import { resumedNote } from '../src/views/quarantine.ts';

export const batonResume = defineCommand({
  name: 'baton resume',
  usage: '/baton resume ENV',
  summary: 'Say that nothing runs there, after Redis lost its data (admin)',
  example: '/baton resume staging',
  grammar: { words: ['ENV'], flags: [], clauses: [] },

  async run(ctx, { id, actor, words }) {
    const environment = words.words[0]?.text;
    if (environment === undefined) {
      throw new UserError('Which environment?', { example: '/baton resume staging' });
    }
    await requireRole(ctx, actor, { role: 'admin', environment, may: `resume ${environment}` });
    const resumed = await resume(ctx, environment, actor.id);
    await appendAudit(ctx.redis, {
      id,
      at: ctx.now(),
      actor: actor.id,
      action: 'resume',
      subject: environment,
      outcome: 'forced',
      reason: null,
      detail: { state: resumed.state },
    });
    return { to: 'channel', view: resumedNote(environment, actor.id, resumed.state === 'open') };
  },
});
