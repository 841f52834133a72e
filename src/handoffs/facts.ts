import type { Context } from '../context.ts';
import { findEnvironment, findService } from '../config/find.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { type Deployment, isFinished, type Live } from '../deployments/deployment.ts';
import { unleasedIds } from '../deployments/unleased.ts';
import { deploymentsSince, type FoundSince, loadAll, newestIds } from '../deployments/since.ts';
import { listEnvironmentNames, listLeases, listLive } from '../deployments/store.ts';
import { unreviewedIds } from '../deployments/unreviewed.ts';
import { UnreadableError } from '../errors.ts';
import { freezesOf } from '../freezes/freeze-on.ts';
import { freezesBetween } from '../freezes/freeze.ts';
import { ALL, EMPTY } from '../locks/lock.ts';
import { locksOn } from '../locks/store.ts';
import { listRemotes } from '../remote-deploys/store.ts';
import { isAtWork } from '../sites/calendar.ts';
import { workplaceOf } from '../sites/workplace.ts';
import { findDrift, type LiveThere } from './drift.ts';
import type { Claimed, EnvironmentFacts, Facts, Span } from './found.ts';
import { openNotes } from './notes-store.ts';
import { remoteFacts } from './remote-facts.ts';

/** The records of an environment that are read for one digest. */
const MOST_DEPLOYMENTS = 300;
/** The newest records of an environment, however old: a service that failed and was not deployed since is among them. */
const MOST_OLD = 100;
/** The deployments that broke the glass that are read of an environment: the newest. */
const MOST_UNREVIEWED = 50;
const DAY = 86_400_000;

export interface Wanted {
  readonly span: Span;
  /** The site that gives and the one that takes, where they are known. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whose notes are told. */
  readonly notesOf: readonly string[];
}

/** All that a digest tells, read from state. What cannot be read is named, and the rest is told all the same. */
export async function collectFacts(ctx: Context, wanted: Wanted): Promise<Facts> {
  const { span } = wanted;
  const configured = Object.keys(ctx.config.environments);
  const [known, remotes] = await Promise.all([listEnvironmentNames(ctx.redis), listRemotes(ctx.redis)]);
  // Of pull requests' own environments only those that are there: the others only ever grow in number.
  const lasting = known.filter((name) => !isRemoteEnvironment(name));
  const everyName = [...new Set([...configured, ...lasting, ...remotes.map((one) => one.environment)])];
  const [everywhere, environments, notes] = await Promise.all([
    claimsOn(ctx, ALL, wanted),
    Promise.all(everyName.map((name) => environmentFacts(ctx, name, wanted))),
    readable(openNotes(ctx, wanted.notesOf, span.at)),
  ]);
  const { drifts, gaps } = await findDrift(
    ctx,
    environments.flatMap((facts) => liveOf(ctx, facts)),
  );
  return {
    span,
    everywhere,
    environments,
    drifts,
    notes: notes ?? [],
    remote: remoteFacts(remotes, span),
    gaps: notes === undefined ? ['The notes cannot be read.', ...gaps] : gaps,
    names: new Map(ctx.config.people.map(({ slack, name }) => [slack, name])),
  };
}

/** Ids of the deployments that changed what is live, also those that were asked for long before they ended. */
function changedSince({ deployment, since: liveSince, disturbedBy }: Live, since: Date): string[] {
  return [...(liveSince >= since ? [deployment] : []), ...(disturbedBy === undefined ? [] : [disturbedBy])];
}

/** How a remote deploy ended is told as such; here it is told while it is under way. */
function isTold(deployment: Deployment): boolean {
  return !isRemoteEnvironment(deployment.environment) || !isFinished(deployment);
}

async function environmentFacts(ctx: Context, name: string, wanted: Wanted): Promise<EnvironmentFacts> {
  const { redis } = ctx;
  const { since, at, until } = wanted.span;
  const rules = findEnvironment(ctx.config, name);
  // What was asked for before the last digest may still be open, or have ended since.
  const longest = (rules?.approval_expires ?? 0) + (rules?.timeout ?? 0);
  const from = new Date(since.getTime() - Math.max(DAY, longest * 1_000));
  const [found, leases, unleased, unreviewed, live, claims, freezes] = await Promise.all([
    deploymentsSince(redis, { environment: name, from, most: MOST_DEPLOYMENTS }),
    readable(listLeases(redis, name)),
    unleasedIds(redis, name),
    unreviewedIds(redis, name, MOST_UNREVIEWED),
    readable(listLive(redis, name)),
    claimsOn(ctx, name, wanted),
    readable(freezesOf(ctx, name, at)),
  ]);
  const blocking = Array.from(leases?.values() ?? [], ({ deployment }) => deployment);
  const open = [
    ...blocking,
    ...unleased.keys(),
    ...claims.waiting,
    ...unreviewed,
    ...Array.from(live?.values() ?? []).flatMap((there) => changedSince(there, since)),
  ];
  const older = await readOlder(ctx, name, { read: found.deployments, open });
  return {
    name,
    services: rules?.services ?? [],
    deployments: [...found.deployments, ...older.deployments].filter(isTold),
    cut: found.cut,
    live: live ?? new Map<string, Live>(),
    blocking: new Set(blocking),
    claims,
    freezes: freezes === undefined ? [] : freezesBetween(freezes, at, until),
    unreadable: [
      ...unreadOf({ 'what runs': leases, 'what is live': live, 'the freeze that was set': freezes }),
      ...[...found.unreadable, ...older.unreadable].map((id) => `the deployment ${id}`),
    ],
  };
}

/** What is open, and how the last runs ended: the newest, of which nobody needs to know what cannot be read. */
async function readOlder(
  { config, redis }: Context,
  name: string,
  { read, open }: { readonly read: readonly Deployment[]; readonly open: readonly string[] },
): Promise<Pick<FoundSince, 'deployments' | 'unreadable'>> {
  const known = new Set(read.map(({ id }) => id));
  const wanted = [...new Set(open)].filter((id) => !known.has(id));
  const newest = findEnvironment(config, name) === undefined ? [] : await newestIds(redis, name, MOST_OLD);
  const [found, old] = await Promise.all([
    loadAll(redis, wanted),
    loadAll(
      redis,
      newest.filter((id) => !known.has(id) && !wanted.includes(id)),
    ),
  ]);
  const ended = old.deployments.filter(({ state }) => state === 'failure' || state === 'success');
  return { deployments: [...found.deployments, ...ended], unreadable: found.unreadable };
}

function unreadOf(parts: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(parts).filter((name) => parts[name] === undefined);
}

async function claimsOn(ctx: Context, environment: string, wanted: Wanted): Promise<Claimed> {
  const own = ({ scope }: { scope: string }) => environment === ALL || scope !== ALL;
  const board = await readable(locksOn(ctx.redis, environment, wanted.span.at));
  const { locks, line, warnings } = board ?? EMPTY;
  const judged = locks.filter(own).map(async (lock) => {
    return { lock, leaving: await goesOffShift(ctx, lock.holder, wanted) };
  });
  return {
    locks: await Promise.all(judged),
    waiting: line.flatMap(({ deployment }) => deployment ?? []),
    line: line.filter(({ deployment }) => deployment === null),
    warnings: warnings.filter(own),
    unreadable: board === undefined,
  };
}

/** Whether somebody ends their day with the handoff: of the giving site, or off work by then. Not of the one that takes. */
async function goesOffShift(ctx: Context, holder: string, { span, from, to }: Wanted): Promise<boolean> {
  const site = ctx.config.people.find(({ slack }) => slack === holder)?.site;
  if (site !== undefined && site === to) return false;
  if (site !== undefined && site === from) return true;
  const known =
    site === undefined
      ? await ctx.slack.findPerson(holder).catch(() => undefined)
      : { id: holder, timezone: 'UTC' };
  // Of somebody whom nobody knows, nobody can tell.
  return known !== undefined && !isAtWork(workplaceOf(ctx.config, known).site, span.at);
}

function liveOf({ config }: Context, { name, live }: EnvironmentFacts): LiveThere[] {
  const services = findEnvironment(config, name)?.services ?? [];
  return services.flatMap((service) => {
    const there = live.get(service);
    const repository = findService(config, service)?.repository;
    if (there === undefined || repository === undefined) return [];
    return [{ environment: name, service, repository, live: there }];
  });
}

/** What cannot be read is undefined; an outage is not. */
async function readable<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  });
}
