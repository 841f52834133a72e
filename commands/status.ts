import * as z from 'zod';
import { defineCommand, type Words } from '../src/command.ts';
import { listLeases, listLive } from '../src/deployments/store.ts';
import { UnreadableError } from '../src/errors.ts';
import { locksOn } from '../src/locks/store.ts';
import { readScope } from '../src/slack/target.ts';
import { type EnvironmentStatus, statusView } from '../src/views/status.ts';
import type { Context } from '../src/context.ts';

export const deployStatus = defineCommand({
  name: 'deploy status',
  usage: '/deploy status [ENV]',
  summary: 'What is live where, what runs, and who holds a lock',
  example: '/deploy status staging',
  grammar: { words: ['[ENV]'], flags: [], clauses: [] },
  args: z.custom<Words>(),

  async run(ctx, { args }) {
    const named = args.words[0];
    const names =
      named === undefined ? Object.keys(ctx.config.environments) : [readScope(ctx.config, args).environment];
    const environments = await Promise.all(names.map((name) => statusOf(ctx, name)));
    return { to: 'caller', view: statusView(environments) };
  },
});

async function statusOf(ctx: Context, name: string): Promise<EnvironmentStatus> {
  const [live, leases, locks] = await Promise.all([
    listLive(ctx.redis, name),
    listLeases(ctx.redis, name),
    locksOn(ctx.redis, name).catch((error: unknown) => {
      if (error instanceof UnreadableError) return 'unreadable' as const;
      throw error;
    }),
  ]);
  const configured = ctx.config.environments[name]?.services ?? [];
  const services = [...new Set([...configured, ...live.keys(), ...leases.keys()])];
  return { name, services, live, leases, locks };
}
