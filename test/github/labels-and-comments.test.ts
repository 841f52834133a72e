import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { addPullRequest, putLabel } from '../../playground/github/seed.ts';
import { ASHA, type Repository } from '../../playground/github/state.ts';
import { createGitHub } from '../../src/github/client.ts';
import { keepComment } from '../../src/github/comments.ts';
import { addLabels, ensureLabel, removeLabel } from '../../src/github/labels.ts';
import { findLabelling } from '../../src/github/labelling.ts';
import { ownAccount } from '../../src/github/own-account.ts';
import { mayWrite } from '../../src/github/permissions.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const LABEL = { name: 'remote-deploy: live', color: '0e8a16', description: 'Its environment is up' };

it('makes a label that is missing, and leaves one alone that people have changed', async () => {
  const { played, github, repository } = await house();

  await ensureLabel(github, 'acme/api', LABEL);
  expect(repository.labels.get(LABEL.name)).toMatchObject(LABEL);
  Object.assign(repository.labels.get(LABEL.name) ?? {}, { color: 'ffffff' });
  await ensureLabel(github, 'acme/api', LABEL);

  expect(repository.labels.get(LABEL.name)?.color).toBe('ffffff');
  expect(played.violations).toEqual([]);
});

it('takes a label for made that somebody else made at the same moment', async () => {
  const { played, github, repository } = await house();
  played.failNext({ method: 'GET', path: /labels/, does: { status: 404, body: { message: 'Not Found' } } });
  await ensureLabel(github, 'acme/api', LABEL);
  played.failNext({ method: 'GET', path: /labels/, does: { status: 404, body: { message: 'Not Found' } } });

  await ensureLabel(github, 'acme/api', LABEL);

  expect(repository.labels.size).toBe(1);
});

it('puts labels on and takes them off, and finds them off already', async () => {
  const { played, github, pullRequest } = await house();

  await addLabels(github, 'acme/api', 12, ['one', 'deploy: two/three']);
  await removeLabel(github, 'acme/api', 12, 'deploy: two/three');
  await removeLabel(github, 'acme/api', 12, 'deploy: two/three');

  expect(pullRequest.labels).toEqual(['one']);
  expect(played.violations).toEqual([]);
});

it('says that it cannot where GitHub does not let it', async () => {
  const { played, github } = await house();
  const body = { message: 'Resource not accessible by integration' };
  played.failNext({ path: /labels|comments/, does: { status: 403, body }, times: 4 });

  for (const asking of [
    ensureLabel(github, 'acme/api', LABEL),
    addLabels(github, 'acme/api', 12, ['one']),
    removeLabel(github, 'acme/api', 12, 'one'),
    keepComment(github, 'acme/api', 12, { marker: 'test', body: 'x' }),
  ]) {
    await expect(asking).rejects.toMatchObject({ name: 'GitHubUnreadableError' });
  }
});

it('finds its own comment among many, by the marker or by what it knows of it', async () => {
  const { github, repository } = await house();
  for (let n = 0; n < 120; n += 1) say(repository, `Comment ${n}`);

  const id = await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'one' });
  expect(await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'two' })).toBe(id);
  expect(await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'three', id })).toBe(id);
  expect(await keepComment(github, 'acme/api', 12, { marker: 'other', body: 'one' })).not.toBe(id);

  expect(repository.comments.find((comment) => comment.id === id)?.body).toMatch(/^three\n/);
});

it('writes a new comment where somebody has deleted it', async () => {
  const { github, repository } = await house();
  const id = await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'one' });
  repository.comments.splice(0);

  expect(await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'two', id })).not.toBe(id);
});

it('writes nothing where the comment says it already', async () => {
  const { played, github } = await house();
  const id = await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'one' });
  await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'one', id });

  expect(played.requests.filter(({ method }) => method !== 'GET')).toHaveLength(1);
});

it('knows its comments as an App too', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const app = { id: 5, publicKey, installations: new Map([[9, ['acme/api']]]) };
  const { played } = await testGitHub({ app });
  const repository = played.addRepository('acme/api');
  addPullRequest(repository, { number: 12, branch: 'feature', head: repository.branches.get('main') ?? '' });
  const credentials = { appId: '5', privateKey };
  const github = createGitHub({ credentials, apiUrl: played.url, log: pino({ level: 'silent' }) });
  say(repository, 'Mine!\n\n<!-- baton: test -->');

  const id = await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'one' });
  await keepComment(github, 'acme/api', 12, { marker: 'test', body: 'two' });

  expect(await ownAccount(github)).toEqual({ login: 'baton[bot]' });
  expect(repository.comments).toMatchObject([{ by: ASHA }, { id, body: expect.stringMatching(/^two/) }]);
});

it.each([
  ['admin', true],
  ['maintain', true],
  ['write', true],
  ['triage', false],
  ['read', false],
  [undefined, false],
] as const)('says whether somebody with the role %s may write: %s', async (role, may) => {
  const { github, repository } = await house();
  if (role !== undefined) repository.collaborators.set('tia', role);

  expect(await mayWrite(github, 'acme/api', 'tia')).toBe(may);
});

it('takes nobody for a writer whom GitHub does not know, and says when it cannot be asked', async () => {
  const { played, github } = await house();
  played.failNext({ path: /permission/, does: { status: 404, body: { message: 'ghost is not a user' } } });
  expect(await mayWrite(github, 'acme/api', 'ghost')).toBe(false);

  played.failNext({ path: /permission/, does: { status: 500, body: {} }, times: 3 });
  await expect(mayWrite(github, 'acme/api', 'asha-k')).rejects.toMatchObject({
    name: 'GitHubUnreadableError',
  });
});

it('tells who put a label on last, however much has happened since', async () => {
  const { played, github, repository, pullRequest } = await house();
  const on = (by = ASHA) => {
    pullRequest.labels = [];
    putLabel(repository, pullRequest, 'remote-deploy', by);
  };
  on({ login: 'first', name: '', email: '' });
  for (let n = 0; n < 150; n += 1) putLabel(repository, pullRequest, `label-${n}`, ASHA);
  on({ login: 'second', name: '', email: '', isBot: true });
  for (let n = 0; n < 150; n += 1) putLabel(repository, pullRequest, `more-${n}`, ASHA);

  const found = await findLabelling(github, 'acme/api', 12, 'remote-deploy');

  expect(found).toMatchObject({ login: 'second', isBot: true, event: expect.any(Number) });
  expect(await findLabelling(github, 'acme/api', 12, 'Remote-Deploy')).toBeUndefined();
  expect(played.violations).toEqual([]);
});

function say(repository: Repository, body: string): void {
  const id = repository.comments.length + 1;
  repository.comments.push({ id, on: 12, by: ASHA, body, createdAt: '', updatedAt: '' });
}

async function house() {
  const { played, github } = await testGitHub();
  const repository = played.addRepository('acme/api');
  const head = repository.branches.get('main') ?? '';
  const pullRequest = addPullRequest(repository, { number: 12, branch: 'feature', head });
  return { played, github, repository, pullRequest };
}
