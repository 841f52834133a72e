import type { Command } from '../src/command.ts';
import { helpAbout } from './help.ts';
import { laterCommands } from './later.ts';
import { lock } from './lock.ts';
import { unlock } from './unlock.ts';
import { version } from './version.ts';
import { whoami } from './whoami.ts';

const listed: readonly Command[] = [lock, unlock, whoami, version, ...laterCommands];

/** Every command that Baton answers to, in the order in which help prints them. */
export const commands: readonly Command[] = [...listed, helpAbout(listed)];
