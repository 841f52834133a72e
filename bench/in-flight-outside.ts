import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Outside = Awaited<ReturnType<typeof playOutside>>;

/** Slack, and a target: what comes to `/fresh` succeeds at once, all else goes on for ever. */
export async function playOutside() {
  const user = { id: 'U0ASHA', team_id: 'T0ACME', name: 'asha', tz: 'Asia/Kolkata' };
  const known = new Set<string>();
  let asked = 0;
  let arrived: (at: number) => void = () => undefined;
  const answerTo = (path: string): object => {
    if (path === '/fresh') {
      arrived(performance.now());
      return { state: 'success' };
    }
    if (path.startsWith('/status')) {
      asked += 1;
      known.add(path);
      return { state: 'in_progress' };
    }
    if (path.includes('users.info')) return { ok: true, user };
    return { ok: true, channel: 'C0REL', ts: '1.000001' };
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(JSON.stringify(answerTo(request.url ?? ''))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    /** Resolves when so many different deployments have been asked about. */
    seen: async (count: number) => {
      while (known.size < count) await pause(100);
    },
    nextFresh: () =>
      new Promise<number>((resolve) => {
        arrived = resolve;
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
