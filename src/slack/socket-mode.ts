import { SocketModeReceiver } from '@slack/bolt';
import { boltLogger, createBoltApp, type Take } from './bolt.ts';
import { findCommandRequest, wrongWords } from './request.ts';
import { type AckOutcome, type Intake, takeCommand } from './take-command.ts';

export interface SocketModeOptions extends Intake {
  readonly appToken: string;
  readonly onAck?: (seconds: number, outcome: AckOutcome) => void;
}

/** Takes the same commands and clicks over Slack's Socket Mode. Resolves once connected. */
export async function startSocketMode(options: SocketModeOptions): Promise<{ stop(): Promise<void> }> {
  const { appToken, slackApiUrl, log } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLogger(log),
    installerOptions: { clientOptions: { slackApiUrl } },
    customPropertiesExtractor: ({ body }: { readonly body: object }) => ({ take: takeFrom(options, body) }),
  });
  // An error without a listener would end the process; the client reconnects by itself.
  receiver.client.on('error', (error: unknown) => log.warn({ err: error }, 'Socket Mode connection broken'));
  createBoltApp(receiver, log);
  await receiver.start();
  // The receiver's own `stop` does not wait until the connection is closed.
  return { stop: () => receiver.client.disconnect() };
}

function takeFrom(options: SocketModeOptions, body: object): Take {
  return async () => {
    const began = performance.now();
    const told = (text: string | undefined, outcome: AckOutcome) => {
      options.onAck?.((performance.now() - began) / 1_000, outcome);
      return text;
    };
    try {
      const request = findCommandRequest(body);
      if (request === undefined) return told(undefined, 'ignored');
      const text = wrongWords(request) ?? (await takeCommand(options, request));
      return told(text, text === undefined ? 'queued' : 'not_queued');
    } catch (error) {
      options.log.warn({ err: error }, 'request from Slack not taken');
      return told('Slack sent that in a form that Baton cannot read, so nothing was done.', 'refused');
    }
  };
}
