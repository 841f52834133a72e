import { defineCommand } from '../src/command.ts';
import { listDigests } from '../src/handoffs/store.ts';
import { handoffHistoryView } from '../src/views/handoff.ts';

const SHOWN = 14;

export const handoffHistory = defineCommand({
  name: 'handoff history',
  usage: '/handoff history',
  summary: 'The last 14 handoffs, and who took them',
  example: '/handoff history',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx) {
    return { to: 'caller', view: handoffHistoryView(await listDigests(ctx.redis, { limit: SHOWN })) };
  },
});
