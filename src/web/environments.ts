import type { Context } from '../context.ts';
import { listEnvironmentNames, listLeases, listLive } from '../deployments/store.ts';
import { UnreadableError } from '../errors.ts';
import { freezeOn } from '../freezes/freeze-on.ts';
import { ALL, type Board, UnreadableLockError, waitingFor } from '../locks/lock.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { listLockedRemotes, locksOn, ownLocksOn } from '../locks/store.ts';
import {
  type FreezeShape,
  freezeShape,
  liveShape,
  lockShape,
  type LockShape,
  unreadableFreeze,
  unreadableLock,
} from './shape.ts';

/** The environments of the configuration in its order, then those that were deployed to before they left it. */
export async function environmentNames(ctx: Context): Promise<string[]> {
  const configured = Object.keys(ctx.config.environments);
  const [known, locked] = await Promise.all([listEnvironmentNames(ctx.redis), listLockedRemotes(ctx.redis)]);
  return [...new Set([...configured, ...known, ...locked])];
}

export interface EnvironmentShape {
  readonly name: string;
  readonly services: readonly object[];
  readonly locks: readonly LockShape[];
  readonly freeze: FreezeShape | null;
  /** What of it is stored but cannot be read, and is left out. */
  readonly unreadable?: readonly string[];
}

/** All environments, each with what is live and what runs by service, its locks, and what freezes it. */
export async function listEnvironments(ctx: Context): Promise<EnvironmentShape[]> {
  const all = await Promise.all((await environmentNames(ctx)).map((name) => environmentShape(ctx, name)));
  return all.filter((environment) => !isRemoteEnvironment(environment.name) || isInUse(environment));
}

/** A pull request's own environment leaves the list once nothing is up there nor locked. */
function isInUse({ services, locks, unreadable }: EnvironmentShape): boolean {
  return services.length > 0 || locks.some(({ scope }) => scope !== ALL) || unreadable !== undefined;
}

/** The locks in force, newest first; those that cannot be read stand before all others. */
export async function listLocks(ctx: Context): Promise<LockShape[]> {
  const names = await environmentNames(ctx);
  const everywhere = Object.keys(ctx.config.environments);
  const now = ctx.now();
  const lists = await Promise.all(
    [ALL, ...names].map((name) => shapesIn(ownLocksOn(ctx.redis, name, { now, everywhere }))),
  );
  return lists.flat().toSorted((one, other) => sinceOf(other) - sinceOf(one));
}

async function environmentShape(ctx: Context, name: string): Promise<EnvironmentShape> {
  const [live, leases, freeze, locks] = await Promise.all([
    orUnreadable(listLive(ctx.redis, name)),
    orUnreadable(listLeases(ctx.redis, name)),
    freezeIn(ctx, name),
    shapesIn(locksOn(ctx.redis, name, ctx.now())),
  ]);
  const services = new Set([...servicesOf(ctx, name), ...(live?.keys() ?? []), ...(leases?.keys() ?? [])]);
  const shapes = Array.from(services, (service) => {
    const there = live?.get(service);
    const lease = leases?.get(service);
    return {
      name: service,
      live: there === undefined ? null : liveShape(there),
      running: lease === undefined ? [] : [lease.deployment],
    };
  });
  const unreadable = [...(live === undefined ? ['live'] : []), ...(leases === undefined ? ['running'] : [])];
  return { name, services: shapes, locks, freeze, ...(unreadable.length > 0 && { unreadable }) };
}

function servicesOf({ config }: Context, name: string): readonly string[] {
  return Object.hasOwn(config.environments, name) ? (config.environments[name]?.services ?? []) : [];
}

async function shapesIn(board: Promise<Board>): Promise<LockShape[]> {
  try {
    const { locks, line } = await board;
    return locks.map((lock) => lockShape(lock, waitingFor(line, lock.scope)));
  } catch (error) {
    if (error instanceof UnreadableLockError) return [unreadableLock(error.scope)];
    throw error;
  }
}

async function freezeIn(ctx: Context, name: string): Promise<FreezeShape | null> {
  try {
    const frozen = await freezeOn(ctx, name, ctx.now());
    return frozen === undefined ? null : freezeShape(frozen);
  } catch (error) {
    if (error instanceof UnreadableError) return unreadableFreeze;
    throw error;
  }
}

async function orUnreadable<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

function sinceOf({ since }: LockShape): number {
  return since === null ? Infinity : Date.parse(since);
}
