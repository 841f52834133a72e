import { expect, it } from '@jest/globals';
import { Octokit } from 'octokit';
import { canReadRepository, readGitHubAccount } from '../../src/github/account.ts';

const REFUSED = { message: 'no' };

/** A GitHub that gives one answer, and notes what it was asked. */
function github(status: number, body: object, headers: Record<string, string> = {}) {
  const asked: string[] = [];
  const octokit = new Octokit({
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: {
      fetch: async (url: string, { method }: { method: string }) => {
        asked.push(`${method} ${new URL(url).pathname}`);
        return Response.json(body, { status, headers });
      },
    },
  });
  return { octokit, asked };
}

it('learns how many requests a token has left, without using one up', async () => {
  const core = { limit: 5_000, remaining: 4_990, reset: 1, used: 10 };
  const { octokit, asked } = github(200, { resources: { core }, rate: core });

  expect(await readGitHubAccount(octokit, 'token')).toEqual({
    name: 'the owner of GITHUB_TOKEN',
    left: { remaining: 4_990, limit: 5_000 },
  });
  expect(asked).toEqual(['GET /rate_limit']);
});

it('learns the name of the App', async () => {
  const headers = { 'x-ratelimit-remaining': '4999', 'x-ratelimit-limit': '5000' };
  const { octokit, asked } = github(200, { id: 1, slug: 'acme-baton' }, headers);

  expect(await readGitHubAccount(octokit, 'app')).toEqual({
    name: 'the App acme-baton',
    left: { remaining: 4_999, limit: 5_000 },
  });
  expect(asked).toEqual(['GET /app']);
});

it('takes a GitHub Enterprise Server without limits', async () => {
  expect((await readGitHubAccount(github(404, REFUSED).octokit, 'token')).left).toBeUndefined();
  expect(
    (await readGitHubAccount(github(200, { id: 1, slug: 'baton' }).octokit, 'app')).left,
  ).toBeUndefined();
});

it.each<{ status: number; says: string }>([
  { status: 401, says: 'GitHub does not accept the credentials of GITHUB_APP_ID and GITHUB_PRIVATE_KEY' },
  { status: 403, says: 'GitHub refuses: not allowed, or too many requests' },
  { status: 500, says: 'GitHub cannot be reached, or does not answer as it should' },
])('says in words what GitHub means by $status', async ({ status, says }) => {
  await expect(readGitHubAccount(github(status, REFUSED).octokit, 'app')).rejects.toThrow(says);
});

it('tells a repository that can be read from one that cannot', async () => {
  const readable = github(200, { id: 1, full_name: 'acme/api' });

  await canReadRepository(readable.octokit, 'acme/api');
  expect(readable.asked).toEqual(['GET /repos/acme/api']);
  await expect(canReadRepository(github(404, REFUSED).octokit, 'acme/none')).rejects.toThrow(
    'not there, or not for Baton to see',
  );
});
