import type { Context } from '../context.ts';
import { BY_TITLE } from '../drivers/workflow-dispatch.ts';
import { UnreadableError } from '../errors.ts';
import { type Deployment, environmentOfDeployment } from './deployment.ts';
import { wake } from './result.ts';
import { findDeployment, listLeases } from './store.ts';

/** What somebody outside says about a run: enough to know whose it is, never how it stands. */
export interface RunNews {
  readonly repository: string;
  /** Type of the driver that could have started it. */
  readonly driver: string;
  /** The driver's own name of the run. */
  readonly run: string;
  /** Text that may hold the deployment's id; people's own words. */
  readonly title: string;
  /** Tells one piece of news from another: the same news wakes once. */
  readonly why: string;
}

/**
 * Has a worker look at once at the running deployment that a run belongs to; the driver is asked how it stands. Gives the
 * deployment's id, or undefined for a run that is none of ours.
 */
export async function wakeRun(ctx: Context, news: RunNews): Promise<string | undefined> {
  for (const id of await candidates(ctx, news)) {
    const deployment = await readable(ctx, { deployment: id }, () => findDeployment(ctx.redis, id));
    if (deployment === undefined || !isMeant(deployment, news)) continue;
    await wake(ctx, deployment, news.why);
    return id;
  }
  return undefined;
}

function isMeant({ id, driver, run, repository, runOver }: Deployment, news: RunNews): boolean {
  if (runOver || driver !== news.driver || !isSameRepository(repository, news.repository)) return false;
  return run === news.run || (run === BY_TITLE && idsIn(news.title).includes(id));
}

/** First those that the title names, then whatever runs where this repository is deployed to. */
async function candidates(ctx: Context, { repository, title }: RunNews): Promise<ReadonlySet<string>> {
  const { environments, services } = ctx.config;
  const places = Object.keys(environments).filter((name) =>
    environments[name]?.services.some((service) =>
      isSameRepository(services[service]?.repository ?? '', repository),
    ),
  );
  const leased = await Promise.all(places.map((place) => listLeased(ctx, place)));
  return new Set([...idsIn(title), ...leased.flat()]);
}

async function listLeased(ctx: Context, environment: string): Promise<string[]> {
  const leases = await readable(ctx, { environment }, () => listLeases(ctx.redis, environment));
  return Array.from(leases?.values() ?? [], ({ deployment }) => deployment);
}

/** One unreadable value must not hide what else runs. */
async function readable<Value>(
  ctx: Context,
  what: object,
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    ctx.log.warn({ err: error, ...what }, 'cannot be read, so it is not woken');
    return undefined;
  }
}

function idsIn(title: string): string[] {
  const words = title.match(/[A-Za-z0-9][\w.-]*/g) ?? [];
  return words.filter((word) => environmentOfDeployment(word) !== undefined);
}

function isSameRepository(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
