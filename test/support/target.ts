import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Start {
  readonly deployment: string;
  readonly environment: string;
  readonly service: string;
  readonly sha: string;
  readonly fence: number;
  readonly at: number;
}

/**
 * A place that is deployed to, and an independent witness: it notes every start that it is asked for, by the body of
 * the webhook driver, and tells by `status_url` what became of it.
 */
export interface Target {
  readonly url: string;
  readonly statusUrl: string;
  readonly starts: Start[];
  /** What `POST` answers: 202 unless a test says otherwise; `reset` takes the request and breaks the connection. */
  answer: { status: number; body?: unknown } | 'reset';
  /** What `status_url` answers for each deployment that was started. */
  state: 'in_progress' | 'success' | 'failure';
  close(): Promise<void>;
}

export async function startTarget({ port = 0 }: { port?: number } = {}): Promise<Target> {
  const starts: Start[] = [];
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://target');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (url.pathname === '/status') {
        const known = starts.some(({ deployment }) => deployment === url.searchParams.get('deployment'));
        return void response.end(JSON.stringify({ state: known ? target.state : 'not_found' }));
      }
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Omit<Start, 'at'>;
      starts.push({ ...body, at: performance.now() });
      if (target.answer === 'reset') return void request.socket.destroy();
      const { status, body: answer = {} } = target.answer;
      return void response.writeHead(status).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target: Target = {
    url: `${base}/hook`,
    statusUrl: `${base}/status`,
    starts,
    answer: { status: 202 },
    state: 'in_progress',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return target;
}
