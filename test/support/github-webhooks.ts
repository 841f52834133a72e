import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const WEBHOOK_SECRET = 'a-secret-between-github-and-baton';

export type Headers = Readonly<Record<string, string>>;

/** What GitHub sends with a body; each delivery has an id of its own. */
export function delivered(body: string | Buffer, event: string, secret = WEBHOOK_SECRET): Headers {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': randomUUID(),
    'x-github-event': event,
    'x-github-hook-id': '292430182',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

export interface Example {
  readonly event: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** GitHub's own payloads, as the community collected them. */
export function listExamples(): Example[] {
  const json = readFileSync('node_modules/@octokit/webhooks-examples/api.github.com/index.json', 'utf8');
  const events: { name: string; examples: { action?: string }[] }[] = JSON.parse(json);
  return events.flatMap(({ name, examples }) =>
    examples.map((payload) => ({ event: name, action: payload.action ?? '', payload })),
  );
}

/** The first payload of an event and action, of a repository of the test's configuration. */
export function example(
  event: string,
  action: string,
  overrides: object = {},
): Readonly<Record<string, unknown>> {
  const found = listExamples().find((one) => one.event === event && one.action === action);
  if (found === undefined) throw new Error(`no example of ${event} ${action}`);
  return { ...found.payload, repository: { full_name: 'acme/api' }, ...overrides };
}
