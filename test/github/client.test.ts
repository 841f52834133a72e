import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { PlayedApp } from '../../playground/github/access.ts';
import { addCommit } from '../../playground/github/seed.ts';
import { troubleOf } from '../../src/drivers/github-trouble.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { createGitHub } from '../../src/github/client.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const log = pino({ level: 'silent' });
const API = { owner: 'acme', repo: 'api' };

it.each<{ what: string; does: 'reset' | 'reset_after' | 'cut' | { status: number; body: object } }>([
  { what: 'broke off before it was done', does: 'reset' },
  { what: 'broke off after it was done', does: 'reset_after' },
  { what: 'was answered by half', does: 'cut' },
  { what: 'met an error of GitHub', does: { status: 500, body: {} } },
  { what: 'met a rate limit', does: { status: 429, body: {}, headers: { 'retry-after': '1' } } as never },
])('never sends a write again that $what', async ({ does }) => {
  const { played, github } = await testGitHub();
  const sha = addCommit(played.addRepository('acme/api'), { message: 'x', branch: 'main' });
  played.failNext({ method: 'POST', path: /deployments/, does });

  await expect(
    github.rest.repos.createDeployment({ ...API, ref: sha, auto_merge: false, required_contexts: [] }),
  ).rejects.toMatchObject({ name: 'HttpError' });
  expect(played.requests).toHaveLength(1);
});

it('gives up on a request that hangs, and does not ask again', async () => {
  const { played } = await testGitHub();
  played.addRepository('acme/api');
  played.failNext({ path: /./, does: 'hang', times: 9 });
  const github = createGitHub({ credentials: { token: 't' }, apiUrl: played.url, log, timeoutMs: 300 });

  await expect(resolveRef(github, 'acme/api')).rejects.toMatchObject({
    message: 'GitHub did not answer in time.',
  });
  // None where this machine was too slow to send it in time.
  expect(played.requests.length).toBeLessThan(2);
});

it('sends many writes without pausing between them', async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const ref = api.branches.get('main') ?? '';
  const create = () =>
    github.rest.repos.createDeployment({ ...API, ref, auto_merge: false, required_contexts: [] });

  const begun = performance.now();
  await Promise.all(Array.from({ length: 30 }, create));

  // Octokit's own throttling would take a second for each.
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(api.deployments).toHaveLength(30);
});

it('acts as the installation of whichever repository a request is about', async () => {
  const { played, github } = await appWorld();
  const main = (name: string) => played.addRepository(name).branches.get('main');
  const [api, web] = [main('acme/api'), main('other/web')];

  expect(await resolveRef(github, 'acme/api')).toMatchObject({ sha: api });
  expect(await resolveRef(github, 'other/web')).toMatchObject({ sha: web });
  expect(await resolveRef(github, 'acme/api', 'main')).toMatchObject({ sha: api });

  const asked = (operation: string) => played.requests.filter((request) => request.operation === operation);
  expect(asked('GET /repos/{owner}/{repo}/installation')).toHaveLength(2);
  expect(asked('POST /app/installations/{installation_id}/access_tokens')).toHaveLength(2);
  expect((await github.rest.apps.getAuthenticated()).data).toMatchObject({ slug: 'baton' });
  expect(played.violations).toEqual([]);
});

it('finds the installation again after the App was installed anew', async () => {
  const { played, github, app } = await appWorld();
  played.addRepository('acme/web');
  await expect(resolveRef(github, 'acme/web')).rejects.toMatchObject({
    message: expect.stringContaining('shows Baton no repository acme/web'),
  });

  app.installations.set(3, ['acme/web']);

  expect(await resolveRef(github, 'acme/web')).toMatchObject({ ref: 'main' });
});

it('does not make a write look sent when there was no token to send it with', async () => {
  const { played, github } = await appWorld();
  played.addRepository('acme/api');
  played.failNext({ path: /access_tokens|installation/, does: { status: 503, body: {} }, times: 99 });

  const error: unknown = await github.rest.repos
    .createDeployment({ ...API, ref: 'main' })
    .catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(GitHubUnreadableError);
  expect(troubleOf(error)).toMatchObject({ kind: 'later' });
  expect(played.requests.filter(({ url }) => url.includes('deployments'))).toEqual([]);
});

async function appWorld() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const installations = new Map([
    [1, ['acme/api']],
    [2, ['other/web']],
  ]);
  const app: PlayedApp = { id: 77, publicKey, installations };
  const { played } = await testGitHub({ app });
  const github = createGitHub({ credentials: { appId: '77', privateKey }, apiUrl: played.url, log });
  return { played, github, app };
}
