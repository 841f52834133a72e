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
    says: 'The environment is frozen: nothing is deployed there until it opens.',
    next: 'Wait for the opening, which the answer names. An admin opens it earlier with `/thaw ENV`, or passes it once with `--break-glass because REASON`.',
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
    says: 'The environment takes only what is live on another one, and this sha is not live there.',
    next: 'Deploy the same sha there first; the answer names the environment. Then deploy it here.',
  },
  approval_required: {
    says: 'The deployment needs approvals that it does not have.',
    next: 'Approvers press Approve on its message, or type `/deploy approve ID`. `/deploy why ENV` names them.',
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
    says: 'The branch, tag, sha or pull request does not exist in the repository, or there is no deployment to go back to.',
    next: 'Look for a typing error, and whether the branch has been pushed. After `/deploy rollback`: nothing else has succeeded there before, so deploy the ref that you mean.',
  },
  ref_changed: {
    says: 'The branch, tag or pull request no longer stands for the commit that the deployment was asked for with.',
    next: 'Look at the new commits, then ask for the deployment again, or deploy the sha itself.',
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
    next: 'With `--wait` yours goes on by itself when its turn comes. `/deploy status ENV` shows how far it is, `/deploy cancel ID` ends it.',
  },
  driver_failed: {
    says: 'The deployment failed, or the target says that it never began.',
    next: 'Read what the message and its thread say and mend the cause. Then press Retry, or Roll back to what was live before.',
  },
  driver_unknown: {
    says: 'Nobody can tell whether a deployment runs, or how it ended.',
    next: 'Look at the target, then say what happened with the buttons on the message or `/deploy resolve ID ran|failed|never`. The service stays blocked there until then, or until the target tells. After Redis has lost data, the answer says what is being checked.',
  },
  timed_out: {
    says: 'The deployment took longer than its time-out.',
    next: 'Look at the run: the service stays blocked there until its end is known. `/deploy cancel ID` asks the target to end it; where the target tells nothing, `/deploy resolve ID` does. A longer `timeout` is set in `baton.yml`.',
  },
  cancelled: {
    says: 'A person, or the target, has cancelled the deployment.',
    next: 'Press Retry, or deploy again, when you are ready.',
  },
  superseded: {
    says: 'It still waited for approvals when a deployment that was asked for later had become live.',
    next: 'Nothing is left to do, unless the older sha is wanted after all: then ask for it again. `/deploy status ENV` shows what is live.',
  },
  invalid_command: {
    says: 'The command could not be understood.',
    next: 'The answer shows what is wrong and an example. `/baton help` lists all commands.',
  },
} as const satisfies Record<string, Reason>;

export const ReasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]);
export type ReasonCode = keyof typeof REASONS;

/** What to do next, with the names of the case in place of `ENV` and `ID`. */
export function nextStep(
  reason: ReasonCode,
  { environment, id }: { environment: string; id?: string },
): string {
  const said = REASONS[reason].next.replaceAll(/\bENV\b/g, () => environment);
  return id === undefined ? said : said.replaceAll(/\bID\b/g, () => id);
}
