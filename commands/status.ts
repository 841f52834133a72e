import { defineCommand } from '../src/command.ts';
import { listUnreviewed } from '../src/deployments/break-glass.ts';
import { listUnleased } from '../src/deployments/unleased.ts';
import { listRuns } from '../src/deployments/run.ts';
import { listLive } from '../src/deployments/store.ts';
import { orUnreadable } from '../src/errors.ts';
import { freezeOn } from '../src/freezes/freeze-on.ts';
import { locksOn } from '../src/locks/store.ts';
import { listRemoteEnvironments } from '../src/remote-deploys/store.ts';
import { readEnvironment } from '../src/slack/target.ts';
import { type EnvironmentStatus, statusView } from '../src/views/status.ts';
import type { Context } from '../src/context.ts';

export const deployStatus = defineCommand({
  name: 'deploy status',
  usage: '/deploy status [ENV]',
  summary: 'What is live where, what runs, what is frozen, and who holds a lock',
  example: '/deploy status staging',
  grammar: { words: ['[ENV]'], flags: [], clauses: [] },

  async run(ctx, { words }) {
    const named = words.words[0];
    const names =
      named === undefined
        ? [...Object.keys(ctx.config.environments), ...(await listRemoteEnvironments(ctx.redis))]
        : [readEnvironment(ctx.config, named.text, 'deploy status')];
    const environments = await Promise.all(names.map((name) => statusOf(ctx, name)));
    return { to: 'caller', view: statusView(environments, ctx.now()) };
  },
});

/** One broken value must not hide all the rest. */
async function statusOf(ctx: Context, name: string): Promise<EnvironmentStatus> {
  const configured = ctx.config.environments[name]?.services ?? [];
  const [live, runs, frozen, locks, waiting, unreviewed] = await Promise.all([
    orUnreadable(listLive(ctx.redis, name)),
    orUnreadable(listRuns(ctx.redis, name)),
    orUnreadable(freezeOn(ctx, name, ctx.now())),
    orUnreadable(locksOn(ctx.redis, name, ctx.now())),
    orUnreadable(listUnleased(ctx.redis, name)),
    orUnreadable(listUnreviewed(ctx.redis, name)),
  ]);
  const known = [live, runs].flatMap((found) => (found === 'unreadable' ? [] : [...found.keys()]));
  const services = [...new Set([...configured, ...known])];
  return { name, services, live, runs, locks, frozen, waiting, unreviewed };
}
