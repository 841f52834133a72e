import { type Call, defineCommand, type Reply } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { mayApprove } from '../src/deployments/may-approve.ts';
import { findDeployment } from '../src/deployments/store.ts';
import { UserError } from '../src/errors.ts';
import type { Digest, Item } from '../src/handoffs/digest.ts';
import {
  assignItem,
  loadTold,
  requireLatest,
  requireNewest,
  requireReceiver,
  takeDigest,
} from '../src/handoffs/take.ts';
import { actOnLocks } from '../src/locks/act.ts';
import { endLocksAtHandoff } from '../src/locks/handoff-taken.ts';
import { ALL, environmentOf } from '../src/locks/lock.ts';
import { takeOver } from '../src/locks/take-over.ts';
import { requireRole } from '../src/people/permission.ts';
import { digestTaken, itemTaken } from '../src/views/handoff.ts';
import { lockHeld, lockOver } from '../src/views/lock.ts';

export const handoffTake = defineCommand({
  name: 'handoff take',
  usage: '/handoff take ID',
  summary: 'Say that you have a handoff; its digest shows who and since when',
  example: '/handoff take bengaluru-us-2026-11-23',
  grammar: {
    words: ['ID'],
    flags: [],
    clauses: [],
    // Buttons name the very lock or item of the digest that is taken over.
    values: { lock: 'word', item: 'word' },
  },

  async run(ctx, call) {
    const { words, values } = call.words;
    const [id] = words;
    if (id === undefined) {
      throw new UserError('Which handoff? Its id is missing.', { hint: '“/handoff history” lists them.' });
    }
    const digest = await loadTold(ctx, id.text);
    requireReceiver(ctx, digest, call.actor.id, 'it is taken');
    const [lock, item] = [values.get('lock'), values.get('item')];
    if (lock !== undefined) return takeLock(ctx, call, digest, lock);
    if (!call.again) await requireLatest(ctx, digest);
    if (item !== undefined) return takeItem(ctx, call, digest, item);
    const by = { command: call.id, person: call.actor.id };
    const taken = await takeDigest(ctx, digest.id, by);
    if (taken.taken?.by === by.person) await endLocksAtHandoff(ctx, { ...by, ...taken });
    return { to: 'caller', view: digestTaken(taken, call.actor.id) };
  },
});

async function takeLock(ctx: Context, call: Call, digest: Digest, id: string): Promise<Reply> {
  const item = digest.content?.items.find(({ lock }) => lock?.id === id);
  const scope = item?.lock?.scope;
  if (item === undefined || scope === undefined) {
    throw new UserError('That digest has no such lock to take over.', { hint: '“/lock” lists the locks.' });
  }
  requireOwnSite(ctx, call, digest, scope);
  const role = scope === ALL ? 'admin' : 'deployer';
  const environment = environmentOf(scope);
  await requireRole(ctx, call.actor, { role, environment, may: `take over ${scope}` });
  if (!call.again) await requireNewest(ctx, digest, scope);

  const { actor, channel, id: command } = call;
  const rule = takeOver({ command, person: actor.id, channel, scope, only: id });
  const { outcome, lock } = await actOnLocks(ctx, { scope, command, rule, actor });
  if (lock === null || outcome === 'over') return { to: 'caller', view: lockOver(scope, lock, ctx.now()) };
  await assign(ctx, call, digest, item);
  return { to: 'caller', view: lockHeld(lock, outcome === 'held' ? 'already' : 'now', ctx.now()) };
}

async function takeItem(ctx: Context, call: Call, digest: Digest, id: string): Promise<Reply> {
  const item = digest.content?.items.find((one) => one.id === id);
  if (item === undefined)
    throw new UserError(`That digest has no item “${id}”.`, { hint: '“/handoff” shows what is open now.' });
  await assign(ctx, call, digest, item);
  const waits = item.deployment === null ? undefined : await findDeployment(ctx.redis, item.deployment);
  const may = waits !== undefined && (await mayApprove(ctx, waits, call.actor.id));
  return { to: 'caller', view: itemTaken(item, waits, may) };
}

async function assign(ctx: Context, { id: command, actor }: Call, digest: Digest, item: Item): Promise<void> {
  const whom = { digest: digest.id, item: item.id, to: actor.id };
  await assignItem(ctx, whom, { command, person: actor.id });
}

/** A lock is handed over from site to site; everybody else asks its holder, waits or steals. */
function requireOwnSite({ config }: Context, { actor }: Call, { to }: Digest, scope: string): void {
  const site = config.people.find(({ slack }) => slack === actor.id)?.site;
  if (to === null || site === to) return;
  throw new UserError(`Locks of this handoff are taken over by people of “${to}”.`, {
    reason: 'not_allowed',
    hint: `“/lock ${scope} --wait” puts you in the line.`,
  });
}
