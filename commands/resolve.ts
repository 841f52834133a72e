import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { Verdict } from '../src/deployments/deployment.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { resolve } from '../src/deployments/resolve.ts';
import { UserError } from '../src/errors.ts';
import { nearestWord } from '../src/nearest.ts';
import { requireRole } from '../src/people/permission.ts';
import { quoted } from '../src/quoted.ts';
import { resolveNote } from '../src/views/ends.ts';

export const deployResolve = defineCommand({
  name: 'deploy resolve',
  usage: '/deploy resolve ID ran|failed|never',
  summary: 'Say what happened at the target when Baton cannot tell',
  example: '/deploy resolve staging-b4c8d2f7 ran',
  grammar: { words: ['ID', 'ran|failed|never'], flags: [], clauses: [] },

  async run(ctx, call) {
    const { id, environment, service } = await namedDeployment(ctx, call.words);
    const how = readVerdict(call.words.words[1]?.text, id);
    const may = `say how a deployment to ${environment} ended`;
    await requireRole(ctx, call.actor, { role: 'deployer', environment, may });

    const resolved = await resolve(ctx, id, call.actor.id, how);
    const counts = resolved.kind === 'ended' || resolved.kind === 'noted';
    await appendAudit(ctx.redis, {
      id: call.id,
      at: ctx.now(),
      actor: call.actor.id,
      action: 'resolve',
      subject: id,
      outcome: counts ? 'accepted' : 'refused',
      reason: counts ? null : resolved.deployment.reason,
      detail: { environment, service, says: how, needed: resolved.needed, came_to: resolved.kind },
    });
    return { to: 'caller', view: resolveNote(resolved, how) };
  },
});

function readVerdict(word: string | undefined, id: string): Verdict {
  const found = Verdict.safeParse(word);
  if (found.success) return found.data;
  const meant = word === undefined ? undefined : nearestWord(word, Verdict.options);
  const message = word === undefined ? 'What happened at the target?' : `${quoted(word)} is not an answer.`;
  throw new UserError(message, {
    hint: 'It is “ran”, “failed” or “never”, for a deployment that never started.',
    example: `/deploy resolve ${id} ${meant ?? 'ran'}`,
  });
}
