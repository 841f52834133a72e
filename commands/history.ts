import { defineCommand } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { listDeployments, listEnvironmentNames } from '../src/deployments/store.ts';
import { ALL } from '../src/locks/lock.ts';
import { lockHistory } from '../src/locks/history.ts';
import { readEnvironment } from '../src/slack/target.ts';
import { historyView } from '../src/views/status.ts';

const SHOWN = 10;

export const deployHistory = defineCommand({
  name: 'deploy history',
  usage: '/deploy history [ENV]',
  summary: 'The last deployments and what became of locks, newest first',
  example: '/deploy history staging',
  grammar: { words: ['[ENV]'], flags: [], clauses: [] },

  async run(ctx, { words }) {
    const named = words.words[0];
    const where = named === undefined ? undefined : readEnvironment(ctx.config, named.text, 'deploy history');
    const environments = where === undefined ? await everywhere(ctx) : [where];
    const [{ items }, ...locks] = await Promise.all([
      listDeployments(ctx.redis, { environments, limit: SHOWN }),
      ...[ALL, ...environments].map((environment) => lockHistory(ctx.redis, environment, SHOWN)),
    ]);
    return { to: 'caller', view: historyView({ deployments: items, locks: locks.flat() }, where, SHOWN) };
  },
});

/** Where something was ever deployed, and where something may have been locked. */
async function everywhere({ config, redis }: Context): Promise<string[]> {
  const deployedTo = await listEnvironmentNames(redis);
  return [...new Set([...Object.keys(config.environments), ...deployedTo])];
}
