import { createHash, randomUUID } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { commands as allCommands } from '../../commands/index.ts';
import type { Command, Reply } from '../../src/command.ts';
import type { Context } from '../../src/context.ts';
import { parse } from '../../src/slack/parse.ts';
import { answerTo, unexpectedError } from '../../src/views/error.ts';
import type { View } from '../../src/views/view.ts';
import { PEOPLE, person } from './context.ts';

export interface Said {
  readonly to: Reply['to'];
  /** Where it goes, when that is not where it was typed. */
  readonly channel: string | undefined;
  /** True when the person is told besides, because it goes to another channel. */
  readonly besides: boolean;
  /** The notification. */
  readonly text: string;
  /** All that the message shows, markup and all. */
  readonly words: string;
  /** What the buttons would type, by their label. */
  readonly buttons: Readonly<Record<string, string>>;
}

/** Types a command as somebody and reads the reply: through parser, command and error view, as the worker does. */
export function speaker(ctx: Context, commands: readonly Command[] = allCommands) {
  return async (user: string, text: string, id: string = randomUUID()): Promise<Said> => {
    const reference = createHash('sha256').update(id).digest('hex').slice(0, 8);
    const actor = PEOPLE[user] ?? person({ id: user });
    try {
      const { command, words } = parse(text, commands);
      const reply = await command.run(ctx, {
        words,
        actor,
        channel: 'C0TYPED',
        id: `c-${id}`,
        reference,
        again: false,
      });
      return reply.to === 'none' ? seen(reply) : seen(reply, reply.view);
    } catch (error) {
      return seen({ to: 'caller', view: answerTo(error, reference) ?? unexpectedError(reference) });
    }
  };
}

function seen(reply: Reply, view: View = reply.to === 'none' ? { text: '', blocks: [] } : reply.view): Said {
  const buttons = view.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return {
    to: reply.to,
    channel: reply.to === 'channel' ? reply.channel : undefined,
    besides: reply.to === 'channel' && reply.caller !== undefined,
    text: view.text,
    words: view.blocks.flatMap(wordsOf).join('\n'),
    buttons: Object.fromEntries(
      buttons.flatMap((button) => (button.type === 'button' ? [[button.text.text, button.value ?? '']] : [])),
    ),
  };
}

function wordsOf(block: KnownBlock): string[] {
  if (block.type === 'section') return [block.text?.text ?? ''];
  if (block.type !== 'context') return [];
  return block.elements.map((element) => ('text' in element ? element.text : ''));
}
