import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';
import { webhook } from '../../src/drivers/webhook.ts';
import type { WebhookOptions } from '../../src/drivers/webhook-target.ts';
import { bodyOf, serve } from './servers.ts';
import type { Target } from './suite.ts';
import { driverTools } from './tools.ts';

export interface Receiver extends Target {
  readonly options: z.infer<typeof WebhookOptions>;
  readonly headers: IncomingMessage['headers'][];
  readonly bodies: string[];
  readonly asked: string[];
}

export type Answering = (response: ServerResponse, status: boolean) => void;

/** A receiver that keeps what it gets. With `knows` it also has a status address. */
export async function receiver(answer: Answering, { knows = false } = {}): Promise<Receiver> {
  const headers: Receiver['headers'] = [];
  const bodies: string[] = [];
  const asked: string[] = [];
  const url = await serve((request, response) => void take(request, response));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      asked.push(request.url ?? '');
      if (bodies.length > 0) answer(response, true);
      else response.end('{"state":"not_found"}');
      return;
    }
    headers.push(request.headers);
    bodies.push(await bodyOf(request));
    answer(response, false);
  }

  const options = { type: 'webhook', url: `${url}/hook`, secret_env: 'DEPLOY_SECRET' } as const;
  const tools = driverTools();
  return {
    driver: webhook,
    options: knows ? { ...options, status_url: `${url}/status` } : options,
    tools,
    headers,
    bodies,
    asked,
    starts: () => bodies.map((body): Record<string, unknown> => JSON.parse(body)),
    blind: { tools, options },
  };
}

/** The answer to whatever is asked. */
export const says =
  (status: number, body: string): Answering =>
  (response) =>
    response.writeHead(status).end(body);
/** Reads the request and breaks the connection. */
export const breaks: Answering = (response) => response.destroy();

/** Takes the deployment, and then says this at its status address. */
export const afterwards =
  (body: string): Answering =>
  (response, status) =>
    says(status ? 200 : 202, status ? body : '')(response, status);
