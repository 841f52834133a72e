import { type Command, defineCommand } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { nearestWord } from '../src/nearest.ts';
import { quoted } from '../src/quoted.ts';
import { commandHelpView, helpView } from '../src/views/help.ts';

/** `baton help` about these commands, in this order. It is made by the list, which it could not import. */
export function helpAbout(others: readonly Command[]): Command {
  const help: Command = defineCommand({
    name: 'baton help',
    usage: '/baton help [COMMAND]',
    summary: 'What Baton understands',
    example: '/baton help lock',
    grammar: { words: ['[COMMAND]', '[WORD]'], flags: [], clauses: [] },

    async run(_ctx, { words }) {
      const commands: Command[] = [...others, help];
      const name = words.words.map(({ text }) => text.toLowerCase().replace(/^\//, '')).join(' ');
      if (name === '') return { to: 'caller', view: helpView(commands) };

      const related = commands.filter((other) => other.name.startsWith(`${name} `));
      const command = commands.find((other) => other.name === name) ?? related[0];
      if (command === undefined) throw unknown(name, commands);
      return {
        to: 'caller',
        view: commandHelpView(
          command,
          related.filter((other) => other !== command),
        ),
      };
    },
  });
  return help;
}

function unknown(name: string, commands: readonly Command[]): UserError {
  const meant = nearestWord(
    name,
    commands.map((command) => command.name),
  );
  return new UserError(`There is no command ${quoted(name)}.`, {
    hint: meant === undefined ? '“/baton help” lists the commands.' : `Did you mean ${quoted(meant)}?`,
    example: `/baton help ${meant ?? 'lock'}`,
  });
}
