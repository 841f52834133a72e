import type { Context } from '../context.ts';
import { chosenItems, type Digest } from '../handoffs/digest.ts';
import { type DueHandoff, handoffsBetween, namedHandoffs } from '../handoffs/schedule.ts';
import { listDigests } from '../handoffs/store.ts';
import { itemText } from '../views/digest-text.ts';

const WEEK_MS = 7 * 86_400_000;
const MOST_LINES = 16;
const EACH_SECTION = 3;

/** Each handoff of the configuration: when it comes next, and what its last digest says. */
export async function listHandoffs(ctx: Context): Promise<object[]> {
  const now = ctx.now();
  const coming = handoffsBetween(ctx.config, { from: now, until: new Date(now.getTime() + WEEK_MS) });
  return Promise.all(
    namedHandoffs(ctx.config).map(async ({ name, rules }) => {
      const [last] = await listDigests(ctx.redis, { handoff: name, limit: 1 });
      const next = coming.find(({ handoff }) => handoff === name);
      return {
        name,
        from: rules.from,
        to: rules.to,
        next: next === undefined ? null : nextShape(next),
        last: last === undefined ? null : digestShape(last),
      };
    }),
  );
}

function nextShape({ at, to }: DueHandoff): object {
  return { at: at.toISOString(), to: to ?? null };
}

function digestShape({ id, to, dueAt, state, late, taken, content }: Digest): object {
  const items = content?.items ?? [];
  const lines = chosenItems(items, MOST_LINES, EACH_SECTION).map((item) =>
    itemText(item, content?.at ?? dueAt, (at) => at.toISOString()),
  );
  return {
    id,
    to,
    due_at: dueAt.toISOString(),
    state,
    late,
    taken_by: taken?.by ?? null,
    taken_at: taken?.at.toISOString() ?? null,
    open: items.length,
    lines,
  };
}
