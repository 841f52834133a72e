import { Worker as BullWorker, DelayedError, type QueueOptions, UnrecoverableError } from 'bullmq';
import { ZodError } from 'zod';
import type { Context } from './context.ts';
import { ConflictError, UnavailableError, UserError } from './errors.ts';
import { GIVES_WAY, JobData, type JobDataOf, QUEUE_PREFIX, type QueueName } from './jobs.ts';

/** What a run came to: finished, or to be run again after a while. */
export type Outcome = 'done' | { readonly againInSeconds: number };

export interface Attempt {
  /** The job's id: the same in each run of the job. */
  readonly id: string;
  /** True in every run but the first: an earlier one may have done part of the work. */
  readonly again: boolean;
  /** True when a failure of this run will not be followed by another run. */
  readonly last: boolean;
}

export interface Worker<Name extends QueueName = QueueName> {
  readonly queue: Name;
  readonly concurrency: number;
  /** Jobs that come back after a while give way to new ones: thousands that only look again hold up nobody. */
  readonly comesBackBehind?: boolean;
  /** Jobs are delivered at least once: every step must be safe to repeat. */
  run(ctx: Context, data: JobDataOf<Name>, attempt: Attempt): Promise<Outcome>;
}

export function defineWorker<Name extends QueueName>(worker: Worker<Name>): Worker<Name> {
  return worker;
}

/** Begins to take jobs. The connection in `options` must wait for Redis (src/redis/connect.ts). */
export function startWorker(ctx: Context, worker: Worker, options: QueueOptions): BullWorker {
  return new BullWorker(
    worker.queue,
    async (job, token) => {
      const id = job.id ?? '';
      const reference = (job.data as { reference?: string }).reference;
      const log = ctx.log.child({ queue: worker.queue, job: id, ...(reference && { reference }) });
      try {
        const again = job.attemptsStarted > 1;
        const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
        const data = JobData[worker.queue].parse(job.data);
        const outcome = await worker.run({ ...ctx, log }, data, { id, again, last });
        if (outcome === 'done') return;
        if (worker.comesBackBehind === true && job.priority === 0) {
          await job.changePriority({ priority: GIVES_WAY });
        }
        await job.moveToDelayed(Date.now() + outcome.againInSeconds * 1_000, token);
      } catch (error) {
        const final = willNeverWork(error);
        log.warn({ err: error, attempt: job.attemptsMade + 1, final }, 'job failed');
        throw final ? new UnrecoverableError(error.message) : error;
      }
      throw new DelayedError(); // how BullMQ is told that the job has been moved
    },
    {
      prefix: QUEUE_PREFIX,
      ...options,
      concurrency: worker.concurrency,
      // A worker that died is noticed after at most lockDuration + stalledInterval.
      lockDuration: 15_000,
      stalledInterval: 10_000,
      // A job must not be lost because its workers were killed often; a poisoned one ends all the same.
      maxStalledCount: 50,
    },
  );
}

function willNeverWork(error: unknown): error is UserError | ZodError {
  if (error instanceof ConflictError) return false; // a lost race may be won next time
  if (error instanceof UnavailableError) return false; // an outage ends
  return error instanceof UserError || error instanceof ZodError;
}
