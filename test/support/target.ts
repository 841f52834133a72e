import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Start {
  readonly deployment: string;
  readonly environment: string;
  readonly service: string;
  readonly ref: string;
  readonly sha: string;
  readonly fence: number;
  readonly callback_url: string;
  readonly at: number;
}

type State = 'in_progress' | 'success' | 'failure';

/**
 * A place that is deployed to, and an independent witness: it notes every start that it is asked for, by the body of
 * the webhook driver, and tells by `status_url` what became of it.
 */
export interface Target {
  readonly url: string;
  readonly statusUrl: string;
  readonly starts: Start[];
  /** What a good Baton never does: a second start, two runs at once, a fence that does not rise, a bad signature. */
  readonly violations: string[];
  /** What `POST` answers: 202 unless a test says otherwise; `reset` takes the request and breaks the connection. */
  answer: { status: number; body?: unknown } | 'reset';
  /** How long `POST` waits with its answer. The start is noted before. */
  answerAfterMs: number;
  /** What `status_url` answers for each deployment that was started. */
  state: State;
  /** Sends the signed callback for a start and gives the status of the answer. */
  tell(start: Start, state: State, more?: object): Promise<number>;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly port?: number;
  /** What the starts must be signed with, where that is to be seen to. */
  readonly secret?: string;
}

export async function startTarget({ port = 0, secret }: TargetOptions = {}): Promise<Target> {
  const starts: Start[] = [];
  const witness = createWitness(starts, secret);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const sent = await read(request);
    const url = new URL(request.url ?? '/', 'http://target');
    if (url.pathname === '/status') return tellState(url.searchParams.get('deployment') ?? '', response);
    const start = { ...(JSON.parse(sent) as Omit<Start, 'at'>), at: performance.now() };
    witness.see(start, request, sent);
    starts.push(start);
    if (target.answerAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, target.answerAfterMs));
    if (target.answer === 'reset') return void request.socket.destroy();
    const { status, body = {} } = target.answer;
    if (Object.hasOwn(body as object, 'state')) witness.over.add(start.deployment);
    return void response.writeHead(status).end(JSON.stringify(body));
  };
  const tellState = (deployment: string, response: ServerResponse) => {
    const state = starts.some((start) => start.deployment === deployment) ? target.state : 'not_found';
    if (state === 'success' || state === 'failure') witness.over.add(deployment);
    response.end(JSON.stringify({ state }));
  };
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target: Target = {
    url: `${base}/hook`,
    statusUrl: `${base}/status`,
    starts,
    violations: witness.violations,
    answer: { status: 202 },
    answerAfterMs: 0,
    state: 'in_progress',
    tell: async (start, state, more = {}) => {
      const body = JSON.stringify({ deployment: start.deployment, fence: start.fence, state, ...more });
      if (state !== 'in_progress') witness.over.add(start.deployment);
      const headers = { 'x-baton-signature-256': signatureOf(body, secret ?? '') };
      return (await fetch(start.callback_url, { method: 'POST', headers, body })).status;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return target;
}

function createWitness(starts: readonly Start[], secret: string | undefined) {
  const violations: string[] = [];
  /** Deployments of whose end somebody was told. */
  const over = new Set<string>();
  const see = (start: Start, { headers }: IncomingMessage, body: string) => {
    const { deployment, environment, service, fence } = start;
    const before = starts.filter((one) => one.environment === environment && one.service === service);
    if (before.some((one) => one.deployment === deployment)) violations.push(`${deployment} started twice`);
    for (const one of before.filter((each) => !over.has(each.deployment))) {
      violations.push(`${deployment} started while ${one.deployment} ran`);
    }
    if (before.some((one) => one.fence >= fence)) violations.push(`${deployment} came with fence ${fence}`);
    if (headers['idempotency-key'] !== deployment || headers['x-baton-fence'] !== String(fence)) {
      violations.push(`${deployment} came with wrong headers`);
    }
    if (secret !== undefined && headers['x-baton-signature-256'] !== signatureOf(body, secret)) {
      violations.push(`${deployment} came with a wrong signature`);
    }
  };
  return { violations, over, see };
}

function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
