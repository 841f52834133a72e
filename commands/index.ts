import type { Command } from '../src/command.ts';
import { deployApprove } from './approve.ts';
import { deployCancel } from './cancel.ts';
import { deploy } from './deploy.ts';
import { batonResume } from './resume.ts';
import { deployReject } from './reject.ts';
import { deployResolve } from './resolve.ts';
import { deployRetry } from './retry.ts';
import { remote } from './remote.ts';
import { deployReview } from './review.ts';
import { deployRollback } from './rollback.ts';
import { freeze } from './freeze.ts';
import { handoff } from './handoff.ts';
import { handoffAssign } from './handoff-assign.ts';
import { handoffHistory } from './handoff-history.ts';
import { handoffPreview } from './handoff-preview.ts';
import { handoffTake } from './handoff-take.ts';
import { handoffDone } from './handoff-done.ts';
import { handoffNote } from './handoff-note.ts';
import { handoffNotes } from './handoff-notes.ts';
import { handoffPairs } from './handoff-pairs.ts';
import { helpAbout } from './help.ts';
import { deployHistory } from './history.ts';
import { lock } from './lock.ts';
import { deployStatus } from './status.ts';
import { thaw } from './thaw.ts';
import { unlock } from './unlock.ts';
import { version } from './version.ts';
import { whoami } from './whoami.ts';
import { deployWhy } from './why.ts';

const listed: readonly Command[] = [
  deploy,
  deployStatus,
  deployHistory,
  deployWhy,
  deployCancel,
  deployRetry,
  deployRollback,
  deployResolve,
  deployApprove,
  deployReject,
  deployReview,
  lock,
  unlock,
  freeze,
  thaw,
  handoff,
  handoffPreview,
  handoffHistory,
  handoffTake,
  handoffAssign,
  remote,
  handoffNote,
  handoffNotes,
  handoffDone,
  handoffPairs,
  whoami,
  version,
  batonResume,
];

/** Every command that Baton answers to, in the order in which help prints them. */
export const commands: readonly Command[] = [...listed, helpAbout(listed)];
