import type { Octokit } from 'octokit';
import { pino } from 'pino';
import {
  type PlayedGitHub,
  type PlayedGitHubOptions,
  startPlayedGitHub,
} from '../../playground/github/server.ts';
import { createGitHub } from '../../src/github/client.ts';

const open: PlayedGitHub[] = [];

/** A GitHub of the test's own, ended after it, and the client that Baton would have for it. */
export async function testGitHub(
  options: PlayedGitHubOptions = {},
): Promise<{ played: PlayedGitHub; github: Octokit }> {
  const played = await startPlayedGitHub(options);
  open.push(played);
  return { played, github: clientFor(played.url) };
}

export function clientFor(apiUrl: string): Octokit {
  return createGitHub({ credentials: { token: 'test-token' }, apiUrl, log: pino({ level: 'silent' }) });
}

/** To be called by each test file that plays GitHub: `afterEach(closeGitHubs)`. */
export async function closeGitHubs(): Promise<void> {
  await Promise.all(open.splice(0).map((played) => played.close()));
}
