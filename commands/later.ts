import { type Command, defineCommand } from '../src/command.ts';
import { UserError } from '../src/errors.ts';

/** The commands that are not there yet, and what helps until then. */
const LATER = [
  { usage: '/deploy why ENV [SERVICE]', now: '“/deploy ENV --dry-run” tells what stands in the way.' },
  { usage: '/deploy cancel ID', now: 'Until then stop the run where it runs: its message links to it.' },
  { usage: '/deploy retry ID', now: 'Until then type the same “/deploy” again.' },
  {
    usage: '/deploy rollback ENV [SERVICE]',
    now: '“/deploy history ENV” names the shas; deploy an earlier one.',
  },
  { usage: '/handoff', now: '“/deploy status” and “/lock” show where things stand.' },
] as const;

/** Answer that they come with a later version. */
export const laterCommands: readonly Command[] = LATER.map(({ usage, now }) => {
  const name = (/^\/([a-z]+(?: [a-z]+)?)/.exec(usage)?.[1] ?? '').trim();
  return defineCommand({
    name,
    usage,
    summary: 'Comes with a later version',
    example: usage,
    grammar: { words: [], flags: [], clauses: [], rest: 'ANYTHING' },
    later: true,

    run: async () => {
      throw new UserError(`“/${name}” comes with a later version of Baton.`, { hint: now });
    },
  });
});
