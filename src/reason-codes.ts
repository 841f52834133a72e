import * as z from 'zod';

export interface Reason {
  /** What the code says to a person, in one sentence. */
  readonly says: string;
  /** What to do next. */
  readonly next: string;
}

/** Why a deployment was refused or how it ended. The codes are stable: scripts and audits rely on them. */
export const REASONS = {
  locked: {
    says: 'Somebody else holds a lock on the environment.',
    next: 'Wait in the line with `--wait` or ask the holder for `/unlock ENV`; in need `/lock ENV --steal because REASON`. `/lock` shows who holds what, and since when.',
  },
  lock_ambiguous: {
    says: 'A stored lock cannot be read, so it blocks until a person has looked at it.',
    next: 'Admins have been told. One of them looks at `baton:{ENV}:lock` in Redis, then frees it with `/unlock ENV --force because REASON`.',
  },
  frozen: {
    says: 'The environment has `freezes`, which this version cannot judge yet, so it deploys nothing there.',
    next: 'Deploy there by other means. Without `freezes` in `baton.yml` the environment is open at all times.',
  },
  checks_failing: {
    says: 'A required check of the commit has failed or is missing.',
    next: 'Mend the commit or run the failed check again on GitHub, then deploy again.',
  },
  checks_pending: {
    says: 'A required check of the commit has not ended yet.',
    next: 'Wait for the checks to end, then deploy again.',
  },
  checks_unreadable: {
    says: 'GitHub could not be asked about the ref, the commit or its checks.',
    next: 'Try again in a minute. If it stays so, an operator runs `baton check` to see whether GitHub answers Baton.',
  },
  not_promoted: {
    says: 'The environment has `promote_from`, which this version cannot judge yet, so it deploys nothing there.',
    next: 'Deploy there by other means. Without `promote_from` in `baton.yml` any sha may be deployed there.',
  },
  approval_required: {
    says: 'The environment asks for more approvals than it has.',
    next: 'Ask for the deployment again: approvers other than you and the author of the commit approve it.',
  },
  approval_expired: {
    says: 'The approval was not given in time.',
    next: 'Ask for the deployment again.',
  },
  self_approval: {
    says: 'Nobody approves their own deployment.',
    next: 'Ask an approver who neither requested the deployment nor wrote the commit.',
  },
  ref_not_found: {
    says: 'The branch, tag, sha or pull request does not exist in the repository.',
    next: 'Look for a typing error, and whether the branch has been pushed.',
  },
  ref_changed: {
    says: 'The branch or tag has moved since the deployment was asked for.',
    next: 'Look at the new commits, then ask for the deployment again.',
  },
  fork_refused: {
    says: 'Code from a fork is never run.',
    next: 'Push the branch to the repository itself and deploy it from there.',
  },
  not_allowed: {
    says: 'The person may not do this.',
    next: '`/baton whoami` shows your roles. An operator changes them in `baton.yml`.',
  },
  unknown_environment: {
    says: 'There is no such environment.',
    next: '`/deploy status` lists the environments.',
  },
  unknown_service: {
    says: 'The environment has no such service.',
    next: '`/deploy status ENV` lists the services of an environment.',
  },
  already_live: {
    says: 'This sha is already live there.',
    next: 'Nothing is left to do. `/deploy status ENV` shows what is live.',
  },
  deployment_running: {
    says: 'A deployment of the service is running on the environment, or waits there before yours.',
    next: 'With `--wait` yours goes on by itself when its turn comes. `/deploy status ENV` shows how far it is.',
  },
  driver_failed: {
    says: 'The deployment failed, or the target says that it never began.',
    next: 'Read what the message and its thread say, mend the cause, and deploy again.',
  },
  driver_unknown: {
    says: 'The driver cannot tell whether the deployment ran.',
    next: 'Look at the target. The service stays blocked there until it is known how the run ended; docs/operations.md has the ways to tell Baton.',
  },
  timed_out: {
    says: 'The deployment took longer than its time-out.',
    next: 'Look at the run: the service stays blocked there until its end is known. A longer `timeout` is set in `baton.yml`.',
  },
  cancelled: {
    says: 'The run was cancelled.',
    next: 'Deploy again when you are ready.',
  },
  superseded: {
    says: 'A newer deployment took its place.',
    next: 'Nothing is left to do. `/deploy status ENV` shows the newer one.',
  },
  invalid_command: {
    says: 'The command could not be understood.',
    next: 'The answer shows what is wrong and an example. `/baton help` lists all commands.',
  },
} as const satisfies Record<string, Reason>;

export const ReasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]);
export type ReasonCode = keyof typeof REASONS;
