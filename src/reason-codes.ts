import * as z from 'zod';

/** What each reason code says to a person, in one sentence. The codes are stable: scripts and audits rely on them. */
export const REASONS = {
  locked: 'Somebody else holds a lock on the environment.',
  lock_ambiguous: 'A stored lock cannot be read, so it blocks until a person has looked at it.',
  frozen: 'The environment is in a freeze.',
  checks_failing: 'A required check of the commit has failed or is missing.',
  checks_pending: 'A required check of the commit has not ended yet.',
  checks_unreadable: 'GitHub could not be asked about the checks of the commit.',
  not_promoted: 'The exact sha is not live on the environment that it must be promoted from.',
  approval_required: 'The deployment waits for somebody else to approve it.',
  approval_expired: 'The approval was not given in time.',
  self_approval: 'Nobody approves their own deployment.',
  ref_not_found: 'The branch, tag, sha or pull request does not exist in the repository.',
  ref_changed: 'The branch or tag has moved since the deployment was asked for.',
  fork_refused: 'Code from a fork is never run.',
  not_allowed: 'The person may not do this.',
  unknown_environment: 'There is no such environment.',
  unknown_service: 'The environment has no such service.',
  already_live: 'This sha is already live there.',
  deployment_running: 'A deployment of the service is running on the environment.',
  driver_failed: 'The driver reported that the deployment failed.',
  driver_unknown: 'The driver cannot tell whether the deployment ran.',
  timed_out: 'The deployment took longer than its time-out.',
  cancelled: 'Somebody cancelled the deployment.',
  superseded: 'A newer deployment took its place.',
  invalid_command: 'The command could not be understood.',
} as const;

export const ReasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]);
export type ReasonCode = keyof typeof REASONS;
