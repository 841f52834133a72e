import { type Command, defineCommand } from '../src/command.ts';
import { UserError } from '../src/errors.ts';

/** The commands that are not there yet, and what helps until then. */
const LATER = [
  { usage: '/remote SERVICE#PR up|down|status', now: '“/deploy ENV SERVICE#PR” deploys a pull request.' },
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
