import type { StoreMemory } from './redis/memory.ts';
import type { RedisClient } from './redis/script.ts';
import type { Octokit } from 'octokit';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config } from './config/schema.ts';
import type { DriverTools } from './drivers/driver.ts';
import type { Jobs } from './jobs.ts';
import type { Mailer } from './mail/mail.ts';
import type { Slack } from './slack/client.ts';

/** Everything in the outside world that a command or a worker may reach. */
export interface Context {
  /** The configuration in force: always the newest good one, so read it anew rather than keep it. */
  readonly config: Config;
  /** SHA-256 of its file in hexadecimal: which one it was, for the audit trail. */
  readonly configDigest: string;
  readonly redis: RedisClient;
  /** What this process knows of the store from before. */
  readonly memory: StoreMemory;
  readonly jobs: Jobs;
  readonly slack: Slack;
  /** Undefined where GitHub is not configured; what needs it says that it is off. */
  readonly github: Octokit | undefined;
  /** Undefined where SMTP_URL is not set: then nothing goes out by mail. */
  readonly mail: Mailer | undefined;
  readonly driverTools: DriverTools;
  readonly log: Logger;
  /** Takes secrets out of a text that others wrote, before it is saved or sent. */
  readonly redact: (text: string) => string;
  readonly now: Clock;
  /** The time by the clock of the Redis that keeps an environment: for what one process notes and another judges. */
  readonly storeNow: (environment: string) => Promise<Date>;
}
