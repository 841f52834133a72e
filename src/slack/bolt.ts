import { App, LogLevel, type Logger as BoltLogger, type Receiver } from '@slack/bolt';
import type { Logger } from 'pino';
import * as z from 'zod';

/** What a receiver hands to the middleware: takes the command that the request holds; a text when it was not taken. */
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
  // One for all of them: each listener more would be asked about each command.
  app.use(async (given) => {
    if (!('ack' in given)) return; // an event: Bolt has acknowledged it
    // Bolt foresees no words for a click, and Slack shows none: they are for whoever reads the answer itself.
    const ack = given.ack as (answer?: object) => Promise<void>;
    const take: Take = given.context['take'];
    const text = await take();
    await (text === undefined ? ack() : ack(answerTo(given.body, text)));
  });
  return app;
}

function answerTo(body: object, text: string): object {
  if ('command' in body) return { response_type: 'ephemeral', text };
  if (!('type' in body && body.type === 'view_submission')) {
    return { response_type: 'ephemeral', replace_original: false, text };
  }
  return { response_action: 'errors', errors: errorsIn(text, firstBlock(body)) };
}

/** A text that begins with `block: ` stands below that block; any other below the first one. */
function errorsIn(text: string, first: string): Record<string, string> {
  const [, block = first, wrong = text] = /^([a-z-]+): ([\s\S]+)$/.exec(text) ?? [];
  return { [block]: wrong };
}

function firstBlock(body: object): string {
  const { data } = Submitted.safeParse(body);
  return data?.view.blocks[0]?.block_id || 'environment';
}

const Submitted = z.object({
  view: z.object({ blocks: z.array(z.object({ block_id: z.string().optional() })) }),
});

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
