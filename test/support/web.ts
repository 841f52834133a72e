import { pino } from 'pino';
import { type ServerOptions, startServer, type WebServer } from '../../src/web/server.ts';

const servers: WebServer[] = [];

/** To be called by each test file that serves: `afterEach(closeServers)`. */
export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

/** The real server on a free port; gives its address. */
export async function serve(options: Partial<ServerOptions>): Promise<string> {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
    routes: [],
    closeSeconds: 1,
    ...options,
  });
  servers.push(server);
  return server.url;
}
