import type { KnownBlock } from '@slack/types';
import { Queue, type QueueOptions } from 'bullmq';
import * as z from 'zod';
import { sendInLots } from './lots.ts';

const version = z.literal(1);

/** What a command may have (src/slack/parse.ts), and one character more: by that one the parser knows what was cut. */
export const MAX_COMMAND_TEXT = 4_001;

/** Slack's message as a job carries it: checked again where it is sent, so here only its outline. */
export const JobView = z.object({
  text: z.string(),
  blocks: z
    .array(z.custom<KnownBlock>((block) => typeof block === 'object' && block !== null && 'type' in block))
    .readonly(),
});

/** One typed command or one click, as the web role took it. */
export const CommandJob = z.object({
  version,
  kind: z.enum(['typed', 'clicked']),
  /** The whole text, command first: `deploy staging`. */
  text: z.string().max(MAX_COMMAND_TEXT),
  user: z.string(),
  team: z.string(),
  channel: z.string(),
  /** Where a private answer goes: Slack's own address for this command. Never logged. */
  responseUrl: z.string(),
  receivedAt: z.coerce.date(),
  reference: z.string(),
});
export type CommandJob = z.infer<typeof CommandJob>;

export const MessageJob = z.discriminatedUnion('kind', [
  /** Brings the one message of a deployment up to its newest state. */
  z.object({ version, kind: z.literal('deployment'), deployment: z.string(), reference: z.string() }),
  /** An answer for one person. */
  z.object({
    version,
    kind: z.literal('reply'),
    user: z.string(),
    channel: z.string(),
    responseUrl: z.string(),
    view: JobView,
    reference: z.string(),
  }),
  /** News for a channel; the person's DM where Baton may not post in the channel. */
  z.object({
    version,
    kind: z.literal('notice'),
    channel: z.string(),
    user: z.string(),
    /** The job of an earlier notice: this one goes to its thread, if it stands in the same channel. */
    thread: z.string().optional(),
    /** The deployment that it is about: it goes to the thread of its message, if that stands in the same channel. */
    deployment: z.string().optional(),
    view: JobView,
    reference: z.string(),
  }),
  /** Brings the message of a handoff's digest up to date; with `part`, posts that part of its thread. */
  z.object({
    version,
    kind: z.literal('digest'),
    digest: z.string(),
    part: z.int().min(0).optional(),
    reference: z.string(),
  }),
]);
export type MessageJob = z.infer<typeof MessageJob>;

/** No field of a delivery is longer, so that a job of many stays small. */
const short = z.string().max(300);

/**
 * One delivery of a GitHub webhook: what it points at, never what it says about it. Whoever handles it asks GitHub for
 * the state at that moment, so that neither the order nor the age of deliveries matters.
 */
export const GitHubDelivery = z.object({
  event: short,
  /** Empty for events that have none. */
  action: short,
  /** GitHub's id of the delivery; a redelivery has the same. */
  delivery: short,
  /** `owner/name` as GitHub writes it. */
  repository: short,
  /** Who caused it; `type` is `User`, `Bot` or `Organization`. */
  sender: z.object({ login: short, type: short }).nullable(),
  pullRequest: z.int().nullable(),
  /** The label that was put on or taken off. */
  label: short.nullable(),
  /** Branch or tag. */
  ref: short.nullable(),
  sha: short.nullable(),
  /** A run of GitHub Actions; its title is people's text, cut to what could carry a deployment's id. */
  run: z.object({ id: z.int(), title: short }).nullable(),
  /** The number of a GitHub Deployment. */
  githubDeployment: z.int().nullable(),
});
export type GitHubDelivery = z.infer<typeof GitHubDelivery>;

/** What one job of the queue `github` carries at most; more in one job would only be repeated together. */
export const MAX_DELIVERIES = 20;

/** Deliveries that came at the same moment. */
export const GitHubJob = z.object({
  version,
  deliveries: z.array(GitHubDelivery).min(1).max(MAX_DELIVERIES),
});
export type GitHubJob = z.infer<typeof GitHubJob>;

/** Something may have happened to a pull request: it is looked at, and what is true is read from GitHub then. */
const PullRequestJob = z.object({
  version,
  /** As the configuration writes it. */
  repository: short,
  number: z.int(),
  /** What gave the occasion, for the log. */
  why: short,
});
export type PullRequestJob = z.infer<typeof PullRequestJob>;

/** What each queue carries. A worker parses it before it does anything. */
export const JobData = {
  commands: CommandJob,
  deployments: z.object({ version, deployment: z.string(), reference: z.string() }),
  reports: z.object({ version, deployment: z.string(), reference: z.string() }),
  messages: MessageJob,
  /** Looks after what time does to the locks of an environment: at once, or when something is due. */
  locks: z.object({ version, environment: z.string(), due: z.coerce.date().optional() }),
  github: GitHubJob,
  /** Looks for digests that fall due, or takes one digest a step further. */
  handoffs: z.object({ version, digest: z.string().optional() }),
  'remote-deploys': PullRequestJob,
  /** Brings the labels and the comment of a remote deploy up to date, at the pace that GitHub wants for writes. */
  'remote-notes': PullRequestJob.extend({ revision: z.int().optional() }),
  'deploy-labels': PullRequestJob,
  'pull-request-sweeps': z.object({ version, why: short }),
  /** One mail for one recipient; what it says is kept beside the queue (src/mail/store.ts). */
  mails: z.object({ version, mail: z.string(), to: z.string(), reference: z.string() }),
  /** Looks at an environment that is held because the store has lost something. */
  reconciles: z.object({ version, environment: z.string() }),
  sweeps: z.object({ version }),
  /** Prints where the audit trail stands to the audit channel. */
  anchors: z.object({ version }),
} as const;

export type QueueName = keyof typeof JobData;
export type JobDataOf<Name extends QueueName> = z.infer<(typeof JobData)[Name]>;

export interface JobOptions {
  readonly delaySeconds?: number;
  /** Nobody is waiting for it: it gives way to what somebody is waiting for. */
  readonly givesWay?: boolean;
  /** The next one does the same: nothing of it is kept, also of a failure, or thousands a minute would fill Redis. */
  readonly comesAgain?: boolean;
}

/** BullMQ takes jobs without a priority before those with one. */
export const GIVES_WAY = 10;

export interface Jobs {
  /**
   * Puts a job on a queue, durably. The same id twice is one job for at least an hour, or while one that comes again is
   * not over. Ids must not hold a colon nor be all digits (BullMQ). Rejects quickly when Redis does not answer.
   */
  add<Name extends QueueName>(
    queue: Name,
    id: string,
    data: z.input<(typeof JobData)[Name]>,
    options?: JobOptions,
  ): Promise<void>;
}

/** BullMQ's keys, in one hash slot so that a Cluster works. */
export const QUEUE_PREFIX = '{baton-jobs}';

/** How long a finished job is kept, so that its id still refuses a repetition. Slack's signatures live five minutes. */
const KEEP_SECONDS = 3_600;

const RETRIES: Record<QueueName, { attempts: number; delay: number }> = {
  commands: { attempts: 5, delay: 500 },
  deployments: { attempts: 8, delay: 500 }, // then the sweep looks twice a minute
  reports: { attempts: 12, delay: 2_000 },
  messages: { attempts: 12, delay: 1_000 },
  locks: { attempts: 8, delay: 500 }, // then the sweep looks once a minute
  github: { attempts: 10, delay: 1_000 }, // about a quarter of an hour
  handoffs: { attempts: 5, delay: 2_000 }, // then the next look, a minute later
  'remote-deploys': { attempts: 12, delay: 2_000 },
  'remote-notes': { attempts: 12, delay: 2_000 },
  'deploy-labels': { attempts: 12, delay: 2_000 }, // more than an hour; then the sweep finds the label
  'pull-request-sweeps': { attempts: 3, delay: 5_000 }, // then the next one
  mails: { attempts: 8, delay: 2_000 }, // a server that does not answer is asked for hours, by the worker itself
  reconciles: { attempts: 1, delay: 1_000 }, // every worker asks for it again
  sweeps: { attempts: 1, delay: 1_000 },
  anchors: { attempts: 10, delay: 5_000 }, // the next one comes only a day later
};

/** How many commands go in one way to Redis and back; of those that wait for it, so many go at once. */
const COMMANDS_TOGETHER = 50;

export interface QueuedJobs extends Jobs {
  readonly queues: ReadonlyMap<QueueName, Queue>;
  close(): Promise<void>;
}

/** The queues, for producers: their connection must fail fast (src/redis/connect.ts). */
export function openQueues(options: QueueOptions): QueuedJobs {
  const names = Object.keys(JobData) as QueueName[];
  const queues = new Map(names.map((name) => [name, openQueue(name, options)]));
  // People wait for these, and they come in bursts. None is so large that it could fail its neighbours.
  const addCommand = sendInLots<Parameters<Queue['addBulk']>[0][number]>(async (jobs) => {
    await queues.get('commands')?.addBulk([...jobs]);
  }, COMMANDS_TOGETHER);
  return {
    queues,
    add: async (name, id, data, { delaySeconds = 0, givesWay = false, comesAgain = false } = {}) => {
      const priority = givesWay ? GIVES_WAY : 0;
      const kept = comesAgain && { removeOnComplete: true, removeOnFail: true };
      const opts = { jobId: id, delay: delaySeconds * 1_000, priority, ...kept };
      await (name === 'commands'
        ? addCommand({ name, data, opts })
        : queues.get(name)?.add(name, data, opts));
    },
    close: async () => void (await Promise.all(Array.from(queues.values(), (queue) => queue.close()))),
  };
}

function openQueue(name: QueueName, options: QueueOptions): Queue {
  const { attempts, delay } = RETRIES[name];
  const queue = new Queue(name, {
    prefix: QUEUE_PREFIX,
    ...options,
    defaultJobOptions: {
      attempts,
      backoff: { type: 'exponential', delay, jitter: 0.5 },
      removeOnComplete: { age: KEEP_SECONDS },
      removeOnFail: false, // a dead letter: counted in /metrics, kept for a person to look at
      sizeLimit: 65_536,
    },
  });
  queue.on('error', () => undefined); // the connection has a log of its own; without a listener BullMQ prints
  return queue;
}
