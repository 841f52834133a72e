import type { Command } from '../src/command.ts';
import { deploy } from './deploy.ts';
import { handoffDone } from './handoff-done.ts';
import { handoffNote } from './handoff-note.ts';
import { handoffNotes } from './handoff-notes.ts';
import { handoffPairs } from './handoff-pairs.ts';
import { helpAbout } from './help.ts';
import { deployHistory } from './history.ts';
import { laterCommands } from './later.ts';
import { lock } from './lock.ts';
import { deployStatus } from './status.ts';
import { unlock } from './unlock.ts';
import { version } from './version.ts';
import { whoami } from './whoami.ts';

const listed: readonly Command[] = [
  deploy,
  deployStatus,
  deployHistory,
  lock,
  unlock,
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
