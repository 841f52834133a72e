import { pino } from 'pino';
import { createGitHub } from '../../src/github/client.ts';
import { faultyWay } from './faulty-way.ts';
import { NOON } from './requests.ts';
import type { Fault, FaultyTarget } from './suite.ts';
import { driverTools } from './tools.ts';

/** The client that Baton has for GitHub, at the end of a way that breaks; while it does, it waits a second and no more. */
export async function gitHubBehind(
  url: string,
  fault: Fault,
): Promise<Pick<FaultyTarget, 'tools' | 'heals' | 'breaks'>> {
  const way = await faultyWay(url, fault);
  const shared = { credentials: { token: 'test-token' }, apiUrl: way.url, log: pino({ level: 'silent' }) };
  const [patient, impatient] = [createGitHub(shared), createGitHub({ ...shared, timeoutMs: 1_000 })];
  const tools = driverTools({ now: () => new Date(NOON.getTime() + 130_000) });
  return {
    tools: {
      ...tools,
      get github() {
        return way.broken ? impatient : patient;
      },
    },
    heals: () => (way.broken = false),
    breaks: () => (way.broken = true),
  };
}
