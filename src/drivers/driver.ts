import type { Octokit } from 'octokit';
import type * as z from 'zod';

/** What a driver may reach. Drivers hold no state of their own, post nothing and save nothing. */
export interface DriverTools {
  /** Undefined where GitHub is not configured. */
  readonly github: Octokit | undefined;
  readonly fetch: typeof fetch;
  /** The value of an environment variable that the configuration names (`secret_env`), or undefined. */
  readonly secret: (variable: string) => string | undefined;
  /** Where the `command` driver keeps what outlives a worker: one folder a deployment. Absolute. */
  readonly runsFolder: string;
  /** The address at which others reach Baton, without a slash at the end. */
  readonly batonUrl: string;
}

/** What a driver is told about the deployment. */
export interface DriverRequest {
  readonly deployment: string;
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
  readonly fence: number;
  /** Slack id. */
  readonly requestedBy: string;
  /** When the intent to start was recorded. */
  readonly intendedAt: Date;
  /** False at the first attempt; true when an earlier one may have started it, so that `start` looks first. */
  readonly mayHaveStarted: boolean;
  /** What the target last told by its signed callback. */
  readonly reported: Reported | undefined;
}

export interface Reported {
  readonly state: 'success' | 'failure' | 'in_progress';
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  readonly logUrl?: string | undefined;
}

export interface Detail {
  /** One sentence for people; plain text. */
  readonly summary?: string;
  readonly url?: string;
  readonly logUrl?: string;
  /** Last lines of the output; plain text, may hold anything. */
  readonly tail?: string;
}

/** `failure` is definite: nothing runs. `unknown` says that nobody can tell: never start again. */
export type Started =
  | ({ readonly state: 'started'; readonly run: string; readonly ended?: Promise<void> } & Detail)
  | ({ readonly state: 'success' | 'failure'; readonly run: string } & Detail)
  | { readonly state: 'unknown'; readonly why: string };

/** `not_found` is proof that the run never began. `unknown` is no proof of anything. */
export type Found =
  | { readonly state: 'found'; readonly run: string }
  | { readonly state: 'not_found' }
  | { readonly state: 'unknown'; readonly why: string };

export type Progress =
  | ({ readonly state: 'in_progress'; readonly checkAgainInSeconds: number } & Detail)
  | ({ readonly state: 'success' | 'failure' | 'cancelled' } & Detail)
  | { readonly state: 'unknown'; readonly why: string };

/** `cancelled` only when the target says that the run is over. */
export type Cancelled =
  | { readonly state: 'cancelled' | 'asked' }
  | { readonly state: 'refused'; readonly why: string };

/**
 * Knows how to deploy to one kind of target. `start` may be called again for the same deployment, after a crash for
 * instance: it looks before it leaps and then names the run that is there. `check` asks how far a run is. `lookup`
 * finds the run of a deployment whose start was intended but not recorded.
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

export function defineDriver<Options extends z.ZodType>(driver: Driver<Options>): Driver<Options> {
  return driver;
}
