import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import type { Logger } from 'pino';
import type { Command } from './command.ts';
import { makeDataFolder } from './config/data-folder.ts';
import { batonUrl, readSettings, type Settings } from './config/settings.ts';
import type { Context } from './context.ts';
import { StartError } from './errors.ts';
import { scheduleAnchor, scheduleHandoffs, scheduleSweep } from './schedules.ts';
import type { GitHub } from './github/client.ts';
import { keepDefaultBranches } from './github/default-branch.ts';
import { webhookRoute } from './github/webhooks.ts';
import { createLogger } from './log.ts';
import { type Opened, openContext } from './open-context.ts';
import { connectRedis } from './redis/connect.ts';
import { listHeld } from './deployments/store-loss.ts';
import { findRedis } from './redis/find.ts';
import { modalFor } from './slack/modal.ts';
import type { CommandRequest } from './slack/request.ts';
import { keepStore } from './store-watch.ts';
import { VERSION } from './version.ts';
import { apiRoutes } from './web/api.ts';
import { environmentNames, listEnvironments } from './web/environments.ts';
import { newestUnleased } from './web/unleased.ts';
import { listHandoffs } from './web/handoffs.ts';
import { healthRoutes, jobsProbe, type Probe, redisProbe } from './web/health.ts';
import { describeProcess, observeAck } from './metrics.ts';
import { type Close, closeAll, stopOnSignal } from './stop.ts';
import { pageRoutes } from './web/page.ts';
import { resultRoute } from './web/result.ts';
import type { Route } from './web/route.ts';
import { metricsRoute } from './web/scrape.ts';
import { startServer } from './web/server.ts';
import { startWorker, type Worker } from './worker.ts';

export type Role = 'start' | 'web' | 'worker';

type Variables = Readonly<Record<string, string | undefined>>;

/** What a role is put together from. */
export interface Parts {
  readonly env: Variables;
  readonly commands: readonly Command[];
  readonly workers: readonly Worker[];
}

/** Runs a role until the process is told to stop. Throws StartError or ConfigError when it cannot start. */
export async function serve(given: Settings, role: Role, parts: Parts): Promise<undefined> {
  const log = createLogger({ level: given.logLevel, secrets: given.secrets });
  const withPort = given.port === 0 ? { ...given, port: await freePort(given.host) } : given;
  const closing: Close[] = [];
  stopOnSignal(closing, log);
  try {
    const { url, reachedAt, playground } = await open({ given: withPort, role, parts, log, closing });
    log.info({ role, url, version: VERSION, playground }, 'Baton is ready');
    process.stdout.write(greeting(role, role === 'worker' ? url : reachedAt, playground));
  } catch (error) {
    await closeAll(closing, log);
    throw error;
  }
  return undefined;
}

interface Start {
  /** With a real port. */
  readonly given: Settings;
  readonly role: Role;
  readonly parts: Parts;
  readonly log: Logger;
  readonly closing: Close[];
}

interface Running {
  /** Where this process listens, and where others reach Baton: a proxy may stand in between. */
  readonly url: string;
  readonly reachedAt: string;
  readonly playground: boolean;
}

async function open({ given, role, parts, log, closing }: Start): Promise<Running> {
  const playground = role === 'start' && given.slack === undefined;
  const played = playground ? await openPlayground(given, parts) : undefined;
  if (played !== undefined) closing.push(played.close);
  const settings = played?.settings ?? given;
  for (const note of settings.notes) log.warn(note);

  const { redisUrl, dataFolder } = settings;
  const redis = await findRedis({ redisUrl, dataFolder, playground, log });
  closing.push(() => redis.stop());
  describeProcess(VERSION);

  const outside = { settings, redisUrl: redis.url, batonUrl: batonUrl(settings, settings.port), log };
  const web = role === 'worker' ? undefined : await openContext({ ...outside, use: 'fast' });
  const work = role === 'web' ? undefined : await openContext({ ...outside, use: 'patient' });
  const first = web ?? work;
  if (first === undefined) throw new Error('a role does something');
  for (const opened of [web, work]) if (opened !== undefined) closing.push(() => opened.close());
  if (work !== undefined) {
    closing.push(await keepStore(work));
    if (work.ctx.github !== undefined) closing.push(keepNames(work.ctx, work.ctx.github));
  }

  played?.show(first);
  const probes: Probe[] = [redisProbe(first.ctx.redis)];
  const taking =
    work === undefined
      ? undefined
      : await takeWork(work, { workers: parts.workers, redisUrl: redis.url, closing });
  probes.push(...(taking?.probes ?? []));
  const routes = [
    ...healthRoutes(probes, () => listHeld(first.ctx)),
    metricsRoute({ redis: first.ctx.redis, queues: first.jobs.queues }),
    ...(web === undefined ? [] : await webRoutes(settings, web, { playground, closing })),
  ];
  const fallback = played?.handle;
  // Without it, a page elsewhere could type into the playground by pointing its own name at this machine.
  const named = settings.batonUrl === undefined ? [] : [new URL(settings.batonUrl).hostname];
  const hosts = playground ? ['127.0.0.1', 'localhost', '[::1]', ...named] : undefined;
  const { host, port } = settings;
  const server = await startServer({ host, port, log, routes, fallback, hosts });
  // Side by side, so that nothing goes on taking while something else still waits for what runs.
  closing.push(async () => {
    await Promise.all([server.close(), played?.hangUp(), taking?.close()]);
  });
  return { url: server.url, reachedAt: settings.batonUrl ?? server.url, playground };
}

async function webRoutes(
  settings: Settings,
  { ctx, jobs }: Opened,
  { playground, closing }: { playground: boolean; closing: Close[] },
): Promise<Route[]> {
  const { slack: access, slackApiUrl, apiToken, githubWebhookSecret } = settings;
  const { redis, slack, log, now } = ctx;
  const askInModal = (request: CommandRequest) => modalFor(ctx.config, request);
  const intake = { jobs, redis, slack, slackApiUrl, log, now, onAck: observeAck, modalFor: askInModal };
  const routes = [...apiRoutes(ctx, { token: apiToken, open: playground }), resultRoute(ctx)];
  if (githubWebhookSecret !== undefined) routes.push(webhookRoute(ctx, githubWebhookSecret));
  // The playground has a page of its own at the same address.
  if (apiToken !== undefined && !playground) {
    const https = settings.batonUrl?.startsWith('https:') ?? false;
    routes.push(...pageRoutes({ token: apiToken, https, now }));
  }
  // Bolt takes as long to load as all the rest, and only a web role needs it.
  if (access?.mode === 'socket') {
    const { startSocketMode } = await import('./slack/socket-mode.ts');
    const socket = await startSocketMode({ ...intake, appToken: access.appToken });
    closing.push(() => socket.stop());
  } else if (access?.mode === 'http') {
    const { createSlackRoute } = await import('./slack/app.ts');
    const serveSlack = createSlackRoute({ ...intake, signingSecret: access.signingSecret });
    routes.push({ method: 'POST', path: '/slack/events', serve: serveSlack, forPrograms: true });
  }
  return routes;
}

/** A deployment then need not ask what the default branch is called. */
function keepNames(ctx: Context, github: GitHub): Close {
  const repositories = () => Object.values(ctx.config.services).map(({ repository }) => repository);
  const stop = keepDefaultBranches(github, repositories);
  return async () => stop();
}

interface Taking {
  readonly probes: readonly Probe[];
  /** Takes no new job, at once; waits for those that run. */
  close(): Promise<void>;
}

async function takeWork(
  { ctx, jobs }: Opened,
  { workers, redisUrl, closing }: Pick<Parts, 'workers'> & { redisUrl: string; closing: Close[] },
): Promise<Taking> {
  await Promise.all([scheduleSweep(jobs), scheduleHandoffs(jobs), scheduleAnchor(jobs)]);
  const connection = connectRedis(redisUrl, 'taking', ctx.log);
  closing.push(async () => connection.disconnect());
  const takers = workers.map((worker) => {
    const taker = startWorker(ctx, worker, { connection });
    taker.on('error', (err) => ctx.log.warn({ err, queue: worker.queue }, 'a worker has trouble with Redis'));
    return taker;
  });
  const probes = takers.flatMap((taker) => {
    const queue = [...jobs.queues.values()].find(({ name }) => name === taker.name);
    return queue === undefined ? [] : [jobsProbe(queue, taker)];
  });
  const close = async () => {
    await Promise.all(takers.map((taker) => taker.close()));
  };
  return { probes, close };
}

/** The playground is loaded only here: a real installation runs none of it. */
async function openPlayground(given: Settings, { env, commands }: Parts) {
  if (!['127.0.0.1', 'localhost', '::1'].includes(given.host)) {
    throw new StartError(
      'HOST must be 127.0.0.1 without Slack credentials: the playground is for this machine only',
    );
  }
  const { startPlayground } = await import('../playground/demo.ts');
  let shown: Opened | undefined;
  const playground = await startPlayground({
    batonUrl: `http://${given.host}:${given.port}`,
    folder: makeDataFolder(given.dataFolder),
    commands: commands.map(({ name, usage, summary }) => ({ name, usage, summary })),
    environments: async () => (shown === undefined ? [] : listEnvironments(shown.ctx)),
    handoffs: async () => (shown === undefined ? [] : listHandoffs(shown.ctx)),
    held: async () =>
      shown === undefined ? [] : newestUnleased(shown.ctx, await environmentNames(shown.ctx), 10),
  });
  // A configuration of the person's own is played with too.
  const own = given.configFileGiven || existsSync(given.configFile);
  const config = own ? { BATON_CONFIG: given.configFile } : {};
  const settings = readSettings({ ...env, ...playground.environment, ...config, PORT: String(given.port) });
  for (const secret of settings.secrets) given.secrets.add(secret); // the log hides them from now on
  return {
    settings,
    handle: (...asked: Parameters<typeof playground.handle>) => playground.handle(...asked),
    show: (opened: Opened) => {
      shown = opened;
    },
    hangUp: async () => playground.hangUp(),
    close: () => playground.close(),
  };
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function greeting(role: Role, url: string, playground: boolean): string {
  if (!playground) return `Baton (${role}) listens at ${url}\n`;
  return `\n  Baton's playground is at ${url}\n  Open it and type /deploy staging. Ctrl-C ends it.\n\n`;
}
