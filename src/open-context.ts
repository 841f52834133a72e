import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import type { ConfigError } from './config/problem.ts';
import { makeDataFolder } from './config/data-folder.ts';
import { loadConfig } from './config/load.ts';
import { type Judged, tellConfig } from './config/told.ts';
import { openConfig } from './config/watch.ts';
import type { Config } from './config/schema.ts';
import type { Context } from './context.ts';
import { openRunsFolder } from './drivers/runs.ts';
import { StartError } from './errors.ts';
import { createGitHub } from './github/client.ts';
import { openQueues, type QueuedJobs } from './jobs.ts';
import { openMail } from './mail/open.ts';
import { redactor } from './redact.ts';
import { checkRedisPolicy, connectRedis, type RedisUse, waitForRedis } from './redis/connect.ts';
import { forgetfulMemory, openMemory } from './redis/memory.ts';
import { redisTime } from './redis/time.ts';
import { createSlackClient } from './slack/web-api.ts';
import { configRefused } from './views/config.ts';

export interface Opened {
  readonly ctx: Context;
  readonly jobs: QueuedJobs;
  close(): Promise<void>;
}

export interface Outside {
  readonly settings: Settings;
  readonly redisUrl: string;
  readonly batonUrl: string;
  /** `fast` for the web role, `patient` for workers. */
  readonly use: RedisUse;
  readonly log: Logger;
}

const REDIS_WITHIN_SECONDS = 30;

/** Connects to everything outside. Throws StartError or ConfigError, one line each, for what an operator must mend. */
export async function openContext({ settings, redisUrl, batonUrl, use, log }: Outside): Promise<Opened> {
  if (settings.slack === undefined) {
    throw new StartError(
      'SLACK_BOT_TOKEN must be set: only `npm start` works without Slack, as the playground',
    );
  }
  const slack = createSlackClient({ token: settings.slack.botToken, apiUrl: settings.slackApiUrl });
  const github =
    settings.github === undefined
      ? undefined
      : createGitHub({ credentials: settings.github, apiUrl: settings.githubApiUrl, log });
  makeDataFolder(settings.dataFolder);
  // One in memory, at another address each time, has nothing to be compared with.
  const address = settings.redisUrl ?? (redisUrl.startsWith('unix:') ? 'private' : undefined);
  const remembers = use === 'patient' && address !== undefined;
  const memory = remembers ? await openMemory(settings.dataFolder, address, log) : forgetfulMemory();
  const runsFolder = join(settings.dataFolder, 'runs');
  const place = await openRunsFolder(runsFolder);

  // Read before anything is connected that would keep a process alive which cannot start.
  const mail = openMail(settings, (await loadConfig(settings.configFile)).config);

  const redis = connectRedis(redisUrl, use, log);
  await waitForRedis(redis, REDIS_WITHIN_SECONDS);
  await checkRedisPolicy(redis);
  // Adding a job must not wait behind what is read; the web role takes a command back on the connection of its `add`.
  const adding = use === 'fast' ? redis : connectRedis(redisUrl, 'taking', log);
  const jobs = openQueues({ connection: adding });

  const tellTrail = (judged: Omit<Judged, 'file'>) => {
    const told = tellConfig({ redis, now: systemClock, redact }, { file: settings.configFile, ...judged });
    told.catch((err: unknown) =>
      log.error({ err }, 'the audit trail does not hear of the changed configuration'),
    );
  };
  const config = await openConfig({
    path: settings.configFile,
    onChange: (_config, digest) => {
      log.info('the changed configuration is in force');
      learnSecrets();
      tellTrail({ outcome: 'accepted', digest });
    },
    onError: (error, digest) => {
      log.error({ err: error }, 'the changed configuration is refused; the one before stays in force');
      const channel = config.current.slack.channels.audit;
      if (channel !== undefined) void tellRefused(jobs, channel, error).catch(() => undefined);
      tellTrail({ outcome: 'refused', digest, problem: error.message.split('\n')[0] });
    },
  });
  const secret = (variable: string) => {
    const value = process.env[variable];
    if (value !== undefined && value !== '') settings.secrets.add(value); // hidden from now on
    return value;
  };
  // Before anything is deployed: a program may print the secret of another environment's target.
  const learnSecrets = () => secretVariables(config.current).forEach(secret);
  learnSecrets();
  const redact = redactor(settings.secrets);
  const ctx: Context = {
    get config() {
      return config.current;
    },
    get configDigest() {
      return config.digest;
    },
    redis,
    memory,
    jobs,
    slack,
    github,
    mail,
    driverTools: { github, fetch, secret, runsFolder, place, batonUrl, redact, now: systemClock },
    log,
    redact,
    now: systemClock,
    storeNow: (environment) => redisTime(redis, environment),
  };
  const close = async () => {
    config.close();
    await jobs.close();
    for (const connection of new Set([redis, adding])) connection.disconnect();
  };
  return { ctx, jobs, close };
}

function secretVariables({ environments, remote_deploys }: Config): string[] {
  const drivers = [...Object.values(environments), ...(remote_deploys ? [remote_deploys] : [])];
  return drivers.flatMap(({ driver }) => ('secret_env' in driver ? driver.secret_env : []));
}

/** Each process sees the same bad file; the id lets one of them tell. */
async function tellRefused(jobs: QueuedJobs, channel: string, error: ConfigError): Promise<void> {
  const id = createHash('sha256').update(error.message).digest('hex').slice(0, 16);
  await jobs.add('messages', `config-${id}`, {
    version: 1,
    kind: 'notice',
    channel,
    user: '',
    view: configRefused(error.message),
    reference: id.slice(0, 8),
  });
}
