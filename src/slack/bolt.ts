import { App, LogLevel, type Logger as BoltLogger, type Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { ADD_TO_HANDOFF } from './message-shortcut.ts';

/** What a receiver hands to the listeners: takes the command that the request holds; a text when it was not taken. */
export type Take = () => Promise<string | undefined>;

/**
 * One Bolt app for both ways in, HTTP and Socket Mode. It holds no token, keeps nothing and calls nobody; each event
 * brings its own `take` as a custom property.
 */
export function createBoltApp(receiver: Receiver, log: Logger): App {
  const app = new App({
    receiver,
    authorize: async () => ({}),
    convoStore: false,
    ignoreSelf: false,
    attachFunctionToken: false,
    logger: boltLogger(log),
  });
  app.command(/^\//, async ({ ack, context }) => {
    const take: Take = context['take'];
    const text = await take();
    await (text === undefined ? ack() : ack({ response_type: 'ephemeral', text }));
  });
  app.action(/^command:/, async ({ ack, context }) => answerClick(ack, context['take']));
  app.shortcut({ type: 'message_action', callback_id: ADD_TO_HANDOFF }, async ({ ack, context }) =>
    answerClick(ack, context['take']),
  );
  app.view(/^command:/, async ({ ack, context, body }) => {
    const take: Take = context['take'];
    const text = await take();
    const [first] = body.view.blocks;
    const block = (first !== undefined && 'block_id' in first && first.block_id) || 'environment';
    await (text === undefined ? ack() : ack({ response_action: 'errors', errors: errorsIn(text, block) }));
  });
  return app;
}

/** A text that begins with `block: ` stands below that block; any other below the first one. */
function errorsIn(text: string, first: string): Record<string, string> {
  const [, block = first, wrong = text] = /^([a-z-]+): ([\s\S]+)$/.exec(text) ?? [];
  return { [block]: wrong };
}

async function answerClick(ack: unknown, take: Take): Promise<void> {
  // Bolt foresees no words for a click, and Slack shows none: they are for whoever reads the answer itself.
  const answer = ack as (reply?: object) => Promise<void>;
  const text = await take();
  await (text === undefined
    ? answer()
    : answer({ response_type: 'ephemeral', replace_original: false, text }));
}

/** Bolt's own lines, without their data: what it was working on may hold trigger ids and addresses. */
export function boltLogger(log: Logger): BoltLogger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (first: unknown) => log.warn({ bolt: words(first) }, 'warning from Bolt'),
    error: (first: unknown) => log.error({ bolt: words(first) }, 'error from Bolt'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}

function words(line: unknown): string {
  return (line instanceof Error ? line.message : String(line)).slice(0, 300);
}
