import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { appendAudit } from '../audit/store.ts';
import { GitHubUnreadableError } from '../errors.ts';
import { listOurDeployments } from '../github/our-deployments.ts';
import { githubEnvironment } from '../github/report.ts';
import { changeEpoch, type Epoch, type Quarantine, readEpoch } from '../redis/epoch.ts';
import { highestOf } from '../redis/memory.ts';
import { quarantineNews } from '../views/quarantine.ts';
import { tellOperators } from './tell-operators.ts';
import { doubtAbout, enterQuarantine, isBehind, readFence } from './quarantine.ts';

/** How often each worker compares the store with what it knows, besides each look of a gate. */
export const WATCH_SECONDS = 15;

/**
 * To be called once, before a process takes work: compares the store with what the data folder remembers, and with what
 * GitHub shows of our deployments, since the folder may be new, or restored along with the store. Throws UnreadableError.
 */
export async function openStore(ctx: Context): Promise<void> {
  const before = await readEpoch(ctx.redis);
  const { known } = ctx.memory;
  if (doubtAbout(before, known) === undefined) {
    const traces = await tracesOnGitHub(ctx);
    // What cannot be read proves nothing; but a store without a record, which may have been wiped, gets no benefit of doubt.
    const isDoubtful = traces === 'more' || (traces === 'unreadable' && before === undefined);
    await (isDoubtful ? enterQuarantine(ctx, 'unknown') : getToKnow(ctx, before === undefined));
  }
  await watchStore(ctx);
}

/** Makes the record where there is none; of several that make it at once one wins. */
async function getToKnow(ctx: Context, isNew: boolean): Promise<void> {
  const fresh: Epoch = { version: 1, store: randomUUID(), epoch: 1, before: [], quarantine: null };
  const record = await changeEpoch<Epoch>(ctx.redis, (current) => current ?? fresh);
  ctx.log.info({ store: record.store, epoch: record.epoch }, isNew ? 'a new store' : 'a known store');
  if (ctx.memory.known.store === null) ctx.memory.learn(record);
}

/**
 * Compares the store with what this process knows, and lets its epoch grow. While there is a quarantine, has each
 * environment looked at again. To be called often, and whenever the connection was away.
 */
export async function watchStore(ctx: Context): Promise<Epoch> {
  const { known } = ctx.memory;
  const behind = await Promise.all(Object.keys(known.fences).map((name) => isBehind(ctx.redis, name, known)));
  const record = await readEpoch(ctx.redis);
  const why = doubtAbout(record, known) ?? (behind.includes(true) ? 'older' : undefined);
  if (why !== undefined) await enterQuarantine(ctx, why);

  const { known: floorsOf } = ctx.memory;
  const next = await changeEpoch<Epoch>(ctx.redis, (current) => grown(current, floorsOf));
  ctx.memory.learn(next);
  await ctx.memory.save();
  if (next.quarantine !== null) await attend(ctx, next.quarantine);
  return next;
}

function grown(current: Epoch | undefined, known: { readonly fences: Record<string, number> }): Epoch {
  // It was there a moment ago: the next look sees what became of it.
  if (current === undefined) throw new Error('The record of the store has gone.');
  const { quarantine } = current;
  const floors = quarantine === null ? {} : highestOf(quarantine.floors, known.fences);
  return {
    ...current,
    epoch: current.epoch + 1,
    quarantine: quarantine === null ? null : { ...quarantine, floors },
  };
}

/** The environments on which nothing is started because the store has lost something. */
export async function listHeld({
  redis,
  config,
}: Pick<Context, 'redis' | 'config'>): Promise<readonly string[]> {
  const quarantine = (await readEpoch(redis))?.quarantine;
  return quarantine == null ? [] : heldIn(quarantine, config);
}

function heldIn({ places }: Quarantine, { environments }: Context['config']): readonly string[] {
  return Object.keys(environments).filter((name) => places[name]?.state !== 'open');
}

/** Has people told and every environment that is held looked at. Safe to repeat; jobs may be lost with the store. */
async function attend(ctx: Context, quarantine: Quarantine): Promise<void> {
  const { id, why, since } = quarantine;
  const slot = Math.floor(ctx.now().getTime() / (WATCH_SECONDS * 1_000));
  const held = heldIn(quarantine, ctx.config);
  await Promise.all([
    tellOperators(ctx, `quarantine-${id}-begun`, quarantineNews(why, held)),
    appendAudit(ctx.redis, {
      id: `quarantine-${id}-begun`,
      at: since,
      actor: 'baton',
      action: 'quarantine',
      subject: 'all',
      outcome: 'accepted',
      reason: 'driver_unknown',
      detail: { why },
    }),
    ...held.map((environment) =>
      ctx.jobs.add('reconciles', `${environment}-${id}-${slot}`, { version: 1, environment }),
    ),
  ]);
}

/** Whether GitHub shows deployments of ours beyond what the store has counted: then the store has lost something. */
async function tracesOnGitHub(ctx: Context): Promise<'none' | 'more' | 'unreadable'> {
  const { github, config } = ctx;
  if (github === undefined) return 'none';
  const places = Object.entries(config.environments).flatMap(([environment, { services }]) =>
    services.map((service) => ({
      environment,
      service,
      repository: config.services[service]?.repository ?? '',
    })),
  );
  try {
    const beyond = await Promise.all(
      places.map(async (place) => {
        const names = new Set([place.environment, githubEnvironment(config, place)]);
        const counted = await readFence(ctx.redis, place.environment);
        const lists = await Promise.all(
          Array.from(names, (name) => listOurDeployments(github, place, { name, pages: 1, missing: [] })),
        );
        return lists.flat().some(({ fence }) => fence > counted);
      }),
    );
    return beyond.includes(true) ? 'more' : 'none';
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    ctx.log.warn({ err: error }, 'GitHub does not tell whether Baton has deployed before');
    return 'unreadable';
  }
}
