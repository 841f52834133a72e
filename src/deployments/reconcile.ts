import { findEnvironment } from '../config/find.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { ConflictError, GitHubUnreadableError, UnreadableError } from '../errors.ts';
import { changeEpoch, type Epoch, type Place, type Quarantine, readEpoch } from '../redis/epoch.ts';
import { quarantineAsks, quarantineOver } from '../views/quarantine.ts';
import { type Deployment, isFinished, transition } from './deployment.ts';
import { type Evidence, readEvidence, type Traced } from './evidence.ts';
import { failpoint } from './failpoint.ts';
import { adoptTrace, ELSEWHERE, LOST } from './adopt-trace.ts';
import { raiseFences } from './quarantine.ts';
import { readableLeases } from './readable-leases.ts';
import { findDeployment, listDeployments, listEnvironmentNames, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { tellOperators } from './tell-operators.ts';
import { unleasedIds } from './unleased.ts';
import { endWaiting } from './waiting.ts';

/**
 * So long after a loss was noticed nothing is concluded: a start that was under way reaches its target or never will
 * (LEAP_SECONDS in start.ts), every other worker has told what it remembers, and what is found is no longer so young that
 * GitHub would be told of it unseen (workers/report-deployment.ts).
 */
const SETTLE_SECONDS = 75;
/** Fences that nobody remembers may have been used; numbers cost nothing. */
const MARGIN = 100;
/** How many of the newest records of a store that came back are looked through for what waited. */
const RECORDS = 1_000;

/**
 * One look at an environment that is held: makes the records anew that GitHub knows of, and opens the environment, or
 * asks people. Safe to repeat and at once.
 */
export async function reconcile(ctx: Context, environment: string): Promise<void> {
  const quarantine = (await readEpoch(ctx.redis))?.quarantine;
  const rules = findEnvironment(ctx.config, environment);
  if (quarantine == null || rules === undefined) return;
  if (quarantine.places[environment]?.state === 'open') return;
  if (ctx.now().getTime() - quarantine.since.getTime() < SETTLE_SECONDS * 1_000) return;

  const floor = quarantine.floors[environment] ?? 0;
  await holdBack(ctx, environment, { since: quarantine.since, floor });
  await holdBackRemotes(ctx, quarantine);
  const seen = await look(ctx, environment, rules);
  if (typeof seen === 'string') return ask(ctx, environment, quarantine, seen);

  const foreign = seen.traces.find(({ latest }) => latest.end === 'open' && isForeign(latest, rules));
  if (foreign !== undefined) return ask(ctx, environment, quarantine, byAnother(foreign.latest));
  for (const trace of seen.traces) await adoptTrace(ctx, rules, { environment, ...trace });
  failpoint('after-adopt');
  if (floor > seen.highest) return ask(ctx, environment, quarantine, beyond(floor));
  await open(ctx, environment, quarantine, Math.max(floor, seen.highest));
}

const NO_GITHUB = 'GitHub is not configured, so only people can tell whether something runs there.';
const beyond = (floor: number) =>
  `A deployment with fence ${floor} was about to start, and GitHub has no record of it. Only people can tell whether it runs.`;

const byAnother = ({ id, driver }: Pick<Traced, 'id' | 'driver'>) =>
  `Deployment ${id} may be running, by the driver ${driver}, which the environment has no longer. Only people can tell.`;

/** The options of another driver are not known any more, so its target cannot be asked. */
function isForeign({ driver }: Traced, rules: Environment): boolean {
  return driver !== null && driver !== rules.driver.type;
}

async function look(ctx: Context, environment: string, rules: Environment): Promise<Evidence | string> {
  if (ctx.github === undefined) return NO_GITHUB;
  try {
    return await readEvidence(ctx.github, ctx.config, { environment, rules });
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    return `${error.message} Baton asks again and again; people can tell too.`;
  }
}

/**
 * What a store that came back from a copy says of its waiting deployments may be long past: they may have run since. So
 * none of them goes on by itself.
 */
async function holdBack(ctx: Context, environment: string, before: Before): Promise<void> {
  const { items } = await listDeployments(ctx.redis, { environments: [environment], limit: RECORDS });
  for (const one of items) await holdBackOne(ctx, one, before);
}

interface Before {
  /** When the loss was noticed. */
  readonly since: Date;
  /** The highest fence that anybody remembers from before it. */
  readonly floor: number;
}

async function holdBackOne(ctx: Context, one: Deployment, { since, floor }: Before): Promise<void> {
  const isOld = one.createdAt <= since || (one.fence > 0 && one.fence <= floor);
  if (isFinished(one) || !isOld || one.intendedAt !== null || one.run !== null) return;
  if (one.state === 'waiting' || one.state === 'awaiting_approval') {
    await endWaiting(ctx, one, { reason: 'driver_unknown', summary: FORGOTTEN });
  } else if (one.state === 'queued') {
    const change = { reason: 'driver_unknown' as const, summary: LOST, intendedAt: one.createdAt };
    const unsure = transition(one, 'unknown', ctx.now(), change);
    await tell(ctx, await replaceDeployment(ctx.redis, one, { ...unsure, intendedOn: ELSEWHERE }));
  }
}

/**
 * Pull requests' own environments stand in no configuration, so none of them opens by itself: what waits there is held
 * back before any environment opens, and with the last one the quarantine ends for them too. Safe to repeat and at once;
 * a record that cannot be read starts nothing, and keeps nobody else waiting.
 */
async function holdBackRemotes(ctx: Context, { since, floors }: Quarantine): Promise<void> {
  for (const name of (await listEnvironmentNames(ctx.redis)).filter((one) => isRemoteEnvironment(one))) {
    const floor = floors[name] ?? 0;
    if (floor > 0) await raiseFences(ctx.redis, { [name]: floor + MARGIN });
    const { leases } = await readableLeases(ctx.redis, name);
    const waiting = await unleasedIds(ctx.redis, name);
    for (const id of new Set([...leases.map(({ deployment }) => deployment), ...waiting.keys()])) {
      try {
        const one = await findDeployment(ctx.redis, id);
        if (one !== undefined) await holdBackOne(ctx, one, { since, floor });
      } catch (error) {
        if (error instanceof ConflictError) continue; // another look was faster
        if (!(error instanceof UnreadableError)) throw error;
        ctx.log.error({ err: error, deployment: id }, 'what a pull request waits for cannot be read');
      }
    }
  }
}

const FORGOTTEN =
  'Redis came back with older data, so nobody can tell whether this went on since. Ask for it again if it is still wanted.';

/** Only people can tell: says so once, and keeps the environment closed. */
async function ask(ctx: Context, environment: string, quarantine: Quarantine, says: string): Promise<void> {
  await setPlace(ctx, quarantine, environment, (place) => ({ by: place?.by ?? [], state: 'asked', says }));
  const id = `quarantine-${quarantine.id}-${environment}-asked`;
  await tellOperators(ctx, id, quarantineAsks(environment, says));
}

/** Lets deployments to the environment start again, with fences above the highest seen anywhere. Safe to repeat. */
export async function open(
  ctx: Context,
  environment: string,
  quarantine: Quarantine,
  highest: number,
): Promise<void> {
  await raiseFences(ctx.redis, { [environment]: highest === 0 ? 0 : highest + MARGIN });
  failpoint('before-open');
  const change = (place: Place | undefined) => ({ by: place?.by ?? [], state: 'open' as const, says: '' });
  const left = await setPlace(ctx, quarantine, environment, change);
  ctx.log.warn({ environment }, 'it is known what runs: deployments may start again');
  const id = `quarantine-${quarantine.id}-${environment}-open`;
  await tellOperators(ctx, id, quarantineOver(environment, left === null));
}

/**
 * Changes the place of one environment, unless it is open or a new loss was noticed since `seen` was read. The
 * quarantine ends with the last that opens. Gives what is left of it.
 */
export async function setPlace(
  ctx: Context,
  seen: Pick<Quarantine, 'id' | 'since'>,
  environment: string,
  change: (place: Place | undefined) => Place,
): Promise<Quarantine | null> {
  const after = await changeEpoch(ctx.redis, (current): Epoch | undefined => {
    const quarantine = current?.quarantine;
    if (current === undefined || quarantine == null) return current;
    if (quarantine.id !== seen.id || quarantine.since.getTime() !== seen.since.getTime()) return current;
    const place = quarantine.places[environment];
    if (place?.state === 'open') return current;
    const places = { ...quarantine.places, [environment]: change(place) };
    const all = Object.keys(ctx.config.environments).every((name) => places[name]?.state === 'open');
    return { ...current, quarantine: all ? null : { ...quarantine, places } };
  });
  return after?.quarantine ?? null;
}
