import * as z from 'zod';
import { remoteEnvironmentName } from '../config/remote-name.ts';
import { ReasonCode } from '../reason-codes.ts';

const instant = z.coerce.date();

/** How far a pull request's own environment is. `refused` says why on the pull request; `down` is over. */
export const RemoteState = z.enum(['refused', 'queued', 'deploying', 'live', 'failed', 'down']);
export type RemoteState = z.infer<typeof RemoteState>;

/** What asked for it: a label that somebody put on (`label-` and the number of that event), or a command's id. */
export const Wish = z.object({
  id: z.string(),
  /** A Slack id, or `github:LOGIN` for somebody whom `people` does not know. */
  by: z.string(),
  /** Whose label it is; empty for a command. */
  login: z.string().default(''),
  at: instant,
  /** Where its messages go; empty for a label, whose answers are on the pull request. */
  channel: z.string().default(''),
  /** The label is still to be put on, by Baton. */
  unlabelled: z.boolean().default(false),
});
export type Wish = z.infer<typeof Wish>;

/** Why it is torn down, or stays down although the label is on. */
export const Stop = z.object({
  why: z.enum(['unlabelled', 'closed', 'merged', 'draft', 'expired', 'command', 'refused']),
  at: instant,
  by: z.string().default(''),
  command: z.string().default(''),
  /** The label has come off since; Baton takes it off where time or a command has ended it. */
  unlabelled: z.boolean().default(false),
});
export type Stop = z.infer<typeof Stop>;

/** What Baton knows of one pull request's own environment. */
export const RemoteDeploy = z.object({
  version: z.literal(1),
  /** Grows with every save; a save compares it first. */
  revision: z.int(),
  repository: z.string(),
  number: z.int(),
  environment: z.string(),
  service: z.string(),
  state: RemoteState,
  /** What it waits for, or why it failed or was refused; a sentence for people. */
  why: z.string().default(''),
  reason: ReasonCode.nullable().default(null),
  wish: Wish.nullable().default(null),
  stop: Stop.nullable().default(null),
  /** The newest commit that was seen, and since when. */
  head: z.string().default(''),
  headSince: instant,
  /** The newest deployment of it. */
  deployment: z.string().nullable().default(null),
  deployedSha: z.string().nullable().default(null),
  /** The wish that it was made for, and how often the same was asked for. */
  deployedFor: z.string().default(''),
  round: z.int().default(0),
  /** What is up just now; null when nothing is. */
  live: z
    .object({ deployment: z.string(), sha: z.string(), since: instant, url: z.string().nullable() })
    .nullable()
    .default(null),
  logUrl: z.string().nullable().default(null),
  /** When its time is over; null while nothing is up. */
  expiresAt: instant.nullable().default(null),
  /** The deployment that tears it down, how often that was tried, and when it is tried again. */
  teardown: z
    .object({ deployment: z.string(), attempt: z.int(), againAt: instant.nullable().default(null) })
    .nullable()
    .default(null),
  /** What may be up from an earlier start, so that it must be torn down. */
  mayBeUp: z.boolean().default(false),
  /** It stands in the line for one of the places: who leaves one wakes it. */
  inLine: z.boolean().default(false),
  createdAt: instant,
  updatedAt: instant,
});
export type RemoteDeploy = z.infer<typeof RemoteDeploy>;

export interface PullRequestName {
  readonly repository: string;
  readonly number: number;
}

/** A pull request of which nothing was known. */
export function newRemote({
  repository,
  number,
  service,
  now,
}: PullRequestName & { readonly service: string; readonly now: Date }): RemoteDeploy {
  return {
    version: 1,
    revision: 0,
    repository,
    number,
    environment: remoteEnvironmentName(number),
    service,
    state: 'queued',
    why: '',
    reason: null,
    wish: null,
    stop: null,
    head: '',
    headSince: now,
    deployment: null,
    deployedSha: null,
    deployedFor: '',
    round: 0,
    live: null,
    logUrl: null,
    expiresAt: null,
    teardown: null,
    mayBeUp: false,
    inLine: false,
    createdAt: now,
    updatedAt: now,
  };
}
