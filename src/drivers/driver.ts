import type { Octokit } from 'octokit';
import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { TargetResult } from './callback.ts';

/** What a driver may reach. Drivers hold no state of their own, post nothing and save nothing. */
export interface DriverTools {
  /** Undefined where GitHub is not configured. */
  readonly github: Octokit | undefined;
  readonly fetch: typeof fetch;
  /** The value of an environment variable that the configuration names (`secret_env`), or undefined. */
  readonly secret: (variable: string) => string | undefined;
  /** Where the `command` driver keeps what outlives a worker: one folder a deployment. Absolute. */
  readonly runsFolder: string;
  /** Names the runs folder, made once with it (`openRunsFolder`): another machine's, or an emptied one, has another. */
  readonly place: string;
  /** The address at which others reach Baton, without a slash at the end. */
  readonly batonUrl: string;
  /** Takes every secret of ours out of a text. What a driver answers goes through it, whatever the target said. */
  readonly redact: (text: string) => string;
  readonly now: Clock;
}

/** What a driver is told about the deployment. */
export interface DriverRequest {
  readonly deployment: string;
  /** `down` takes away what earlier deployments put there. */
  readonly action: 'deploy' | 'down';
  /** Whether the environment is a pull request's own, which will go away. */
  readonly transient: boolean;
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
  readonly fence: number;
  /** Slack id. */
  readonly requestedBy: string;
  /** When the intent to start was first recorded; a later attempt does not move it. */
  readonly intendedAt: Date;
  /** When the latest attempt to start began, by the clock of `DriverTools.now`. */
  readonly attemptedAt: Date;
  /** The `place` of the latest attempt. */
  readonly intendedOn: string;
  /** False on the first attempt, which may leap. True whenever an earlier one may have reached the target: look first. */
  readonly mayHaveStarted: boolean;
  /** By `performance.now()`: after that somebody else may be starting it, so nothing may be sent any more. */
  readonly startBefore: number;
  /** The newest callback that was taken for this deployment. */
  readonly reported: TargetResult | undefined;
}

export interface Detail {
  /** One sentence for people; plain text, of which they see the first part. */
  readonly summary?: string;
  readonly url?: string;
  readonly logUrl?: string;
  /** The end of the output; plain text, may hold anything, and people see its last lines. */
  readonly tail?: string;
}

/** `failure` is definite: nothing runs. `unknown` says that nobody can tell: never start again. */
export type Started =
  | ({ readonly state: 'started'; readonly run: string; readonly ended?: Promise<void> } & Detail)
  | ({ readonly state: 'success' | 'failure'; readonly run: string } & Detail)
  | { readonly state: 'unknown'; readonly why: string };

/** `not_found` is proof that the run never began; `later`, that it is too early to say. `unknown` proves nothing. */
export type Found =
  | { readonly state: 'found'; readonly run: string }
  | { readonly state: 'not_found' }
  | { readonly state: 'later'; readonly againInSeconds: number }
  | { readonly state: 'unknown'; readonly why: string };

export type Progress =
  | ({
      readonly state: 'in_progress';
      readonly checkAgainInSeconds: number;
      /** The target's own word, and no guess of ours, that it has the run. */
      readonly heard?: boolean;
    } & Detail)
  | Ended
  | { readonly state: 'unknown'; readonly why: string };

/** How a run ended: nothing of it is at work any more. */
export type Ended = { readonly state: 'success' | 'failure' | 'cancelled' } & Detail;

export interface Over {
  readonly state: 'over';
  readonly end: Ended;
}

/**
 * What came of the wish to end a run. `over` only on the target's word, with how the run ended: it may have ended before
 * the wish. `asked`: the target has the wish, and `check` tells the end. `cannot`: nothing is known to have changed; to
 * ask again is harmless.
 */
export type Cancelled =
  | Over
  | { readonly state: 'asked' }
  | { readonly state: 'cannot'; readonly why: string };

/**
 * Knows how to deploy to one kind of target. `start` may be called again for the same deployment, after a crash for
 * instance: it looks before it leaps and then names the run that is there; it throws only when it began nothing and
 * a later attempt may go better. `check` asks how far a run is. `lookup` finds the run of a deployment whose start was
 * intended but not recorded. `cancel` asks the target to end a run, and may be called for one that has ended.
 */
export interface Driver<Options extends z.ZodType = z.ZodType> {
  /** The `driver` section of an environment, told apart by `type`. */
  readonly options: Options;
  start(tools: DriverTools, request: DriverRequest, options: z.infer<Options>): Promise<Started>;
  check(
    tools: DriverTools,
    request: DriverRequest,
    run: string,
    options: z.infer<Options>,
  ): Promise<Progress>;
  lookup(tools: DriverTools, request: DriverRequest, options: z.infer<Options>): Promise<Found>;
  cancel(
    tools: DriverTools,
    request: DriverRequest,
    run: string,
    options: z.infer<Options>,
  ): Promise<Cancelled>;
}

/** To be called right before the request that starts something. Throws when this process was held up too long. */
export function refuseLateStart({ deployment, startBefore }: DriverRequest): void {
  if (performance.now() <= startBefore) return;
  throw new Error(`Deployment ${deployment} was not started in time; it is looked up and tried again.`);
}

export function secondsSinceAttempt({ now }: DriverTools, { attemptedAt }: DriverRequest): number {
  return (now().getTime() - attemptedAt.getTime()) / 1_000;
}

/** The end that a driver has learned of, as an answer to whoever wants the run cancelled; undefined while it goes on. */
export function overIf(progress: Progress): Over | undefined {
  return progress.state === 'in_progress' || progress.state === 'unknown'
    ? undefined
    : { state: 'over', end: progress };
}

export function defineDriver<Options extends z.ZodType>(driver: Driver<Options>): Driver<Options> {
  return driver;
}
