import { createHash, randomUUID } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { commands as allCommands } from '../../commands/index.ts';
import type { Command, Reply } from '../../src/command.ts';
import type { Context } from '../../src/context.ts';
import { MessageJob } from '../../src/jobs.ts';
import { parse } from '../../src/slack/parse.ts';
import { answerTo, unexpectedError } from '../../src/views/error.ts';
import type { View } from '../../src/views/view.ts';
import { PEOPLE, person, type Queued } from './context.ts';

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
  /** What channels were told because of it, in its order. */
  readonly news: readonly Told[];
  /** What people were told by direct message because of it. */
  readonly direct: readonly Told[];
}

/** A message that a command caused, as it stands on the queue. */
export interface Told extends Pick<Said, 'text' | 'words' | 'buttons'> {
  /** A channel's id, or a person's. */
  readonly to: string;
  /** The job of the news in whose thread it stands. */
  readonly thread?: string | undefined;
}

/** Types a command as somebody and reads the reply: through parser, command and error view, as the worker does. */
export function speaker(ctx: Speaking, commands: readonly Command[] = allCommands) {
  return async (
    user: string,
    text: string,
    id: string = randomUUID(),
    channel = 'C0TYPED',
  ): Promise<Said> => {
    const { queued = [] } = ctx;
    const before = queued.length;
    const told = () => toldBy(queued.slice(before));
    const reference = createHash('sha256').update(id).digest('hex').slice(0, 8);
    const actor = PEOPLE[user] ?? person({ id: user });
    try {
      const { command, words } = parse(text, commands);
      const reply = await command.run(ctx, {
        words,
        actor,
        channel,
        id: `c-${id}`,
        reference,
        again: false,
      });
      return { ...seen(reply), ...told() };
    } catch (error) {
      const view = answerTo(error, reference) ?? unexpectedError(reference);
      return { ...seen({ to: 'caller', view }), ...told() };
    }
  };
}

type Speaking = Context & { readonly queued?: readonly Queued[] };

/** What stands on the queue for people, told apart by where it goes. */
export function toldBy(queued: readonly Queued[]): Pick<Said, 'news' | 'direct'> {
  const messages = queued.flatMap(({ queue, data }) =>
    queue === 'messages' ? [MessageJob.parse(data)] : [],
  );
  return {
    news: messages.flatMap((one) =>
      one.kind === 'notice'
        ? [
            {
              to: one.channel,
              ...(one.thread !== undefined && { thread: one.thread }),
              ...contentOf(one.view),
            },
          ]
        : [],
    ),
    direct: messages.flatMap((one) =>
      one.kind === 'reply' ? [{ to: one.user, ...contentOf(one.view) }] : [],
    ),
  };
}

function seen(reply: Reply): Omit<Said, 'news' | 'direct'> {
  return {
    to: reply.to,
    channel: reply.to === 'channel' ? reply.channel : undefined,
    besides: reply.to === 'channel' && reply.caller !== undefined,
    ...contentOf(reply.to === 'none' ? { text: '', blocks: [] } : reply.view),
  };
}

function contentOf(view: View): Pick<Said, 'text' | 'words' | 'buttons'> {
  const buttons = view.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return {
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
