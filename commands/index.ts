import type { Command } from '../src/command.ts';
import { deployApprove } from './approve.ts';
import { deploy } from './deploy.ts';
import { deployReject } from './reject.ts';
import { remote } from './remote.ts';
import { deployReview } from './review.ts';
import { freeze } from './freeze.ts';
import { handoffDone } from './handoff-done.ts';
import { handoffNote } from './handoff-note.ts';
import { handoffNotes } from './handoff-notes.ts';
import { handoffPairs } from './handoff-pairs.ts';
import { helpAbout } from './help.ts';
import { deployHistory } from './history.ts';
import { laterCommands } from './later.ts';
import { lock } from './lock.ts';
import { deployStatus } from './status.ts';
import { thaw } from './thaw.ts';
import { unlock } from './unlock.ts';
import { version } from './version.ts';
import { whoami } from './whoami.ts';

const listed: readonly Command[] = [
  deploy,
  deployStatus,
  deployHistory,
  deployApprove,
  deployReject,
  deployReview,
  lock,
  unlock,
  freeze,
  thaw,
  remote,
  handoffNote,
  handoffNotes,
  handoffDone,
  handoffPairs,
  whoami,
  version,
  ...laterCommands,
];

/** Every command that Baton answers to, in the order in which help prints them. */
export const commands: readonly Command[] = [...listed, helpAbout(listed)];
