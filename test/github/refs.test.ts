import { afterEach, expect, it } from '@jest/globals';
import { addCommit, addPullRequest, addTag } from '../../playground/github/seed.ts';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import type { Repository } from '../../playground/github/state.ts';
import { GitHubUnreadableError, UserError } from '../../src/errors.ts';
import { type Resolved, resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const HOSTILE = [
  'feature/x',
  'a/b/c#3',
  '50%2Foff',
  '%2e%2e',
  'grün/ü-🚀',
  '<!channel>',
  '$(touch${IFS}x)',
  '`touch`',
  '__proto__',
  'constructor',
  'toString',
  "it's&that=this;",
  'a@b',
  'a+b',
  'refs/heads/main',
  'heads/main',
];

it.each(HOSTILE)('deploys the branch %s as the name it is', async (name) => {
  const { api, resolve, played } = await world();
  const sha = addCommit(api, { message: 'On it\n\nat last', branch: name });

  expect(await resolve(name)).toEqual({ sha, ref: name, kind: 'branch', title: 'On it' });
  expect(played.violations).toEqual([]);
});

it.each(HOSTILE)('deploys the tag %s as the name it is', async (name) => {
  const { api, resolve, main, played } = await world();
  addTag(api, name, main, { annotated: true });

  expect(await resolve(`tag:${name}`)).toMatchObject({ sha: main, ref: name, kind: 'tag' });
  expect(played.violations).toEqual([]);
});

it('deploys a branch whose name is as long as names may be', async () => {
  const { api, resolve } = await world();
  const name = 'x'.repeat(255);
  addCommit(api, { message: 'Long', branch: name });

  expect(await resolve(name)).toMatchObject({ ref: name });
});

it('takes the default branch when no ref is typed, in two requests', async () => {
  const { api, resolve, played } = await world();
  api.defaultBranch = 'trunk';
  const sha = addCommit(api, { message: 'Grow', branch: 'trunk' });

  expect(await resolve(undefined)).toEqual({ sha, ref: 'trunk', kind: 'branch', title: 'Grow' });
  expect(await resolve({ kind: 'default' })).toMatchObject({ ref: 'trunk' });
  expect(played.requests).toHaveLength(4);
});

it('takes the commit behind a tag, whatever kind of tag', async () => {
  const { api, resolve, main } = await world();
  addTag(api, 'light', main);
  addTag(api, 'annotated', main, { annotated: true });
  addTag(api, 'twice', api.tags.get('annotated')?.sha ?? '', { annotated: true });

  for (const name of ['light', 'annotated', 'twice']) {
    expect(await resolve(name)).toEqual({ sha: main, ref: name, kind: 'tag', title: 'Second' });
  }
});

it.each<[string, string | undefined]>([
  ['-x', 'cannot start with “-”'],
  ['--upload-pack=touch x', 'cannot start with “-”'],
  ['ext::sh -c id', 'address'],
  ['https://example.com/x', 'address'],
  ['file:///etc/passwd', 'address'],
  ['a b', 'a space'],
  ['a\nb', 'control characters'],
  ['a\u0000b', 'control characters'],
  ['a\ud800b', 'control characters'],
  ['a..b', '“..”'],
  ['..', '“..”'],
  ['.', 'no such name'],
  ['main@{1}', '“@{”'],
  ['main~1', '“~”'],
  ['main^', '“^”'],
  ['a:b', '“:”'],
  ['a?', '“?”'],
  ['a*', '“*”'],
  ['a[b', '“[”'],
  ['a\\b', '“\\”'],
  ['a//b', '“//”'],
  ['/a', 'no such name'],
  ['a/', 'no such name'],
  ['a/.b', 'no such name'],
  ['a.lock', 'no such name'],
  ['a.lock/b', 'no such name'],
  ['@', 'no such name'],
  ['', 'nothing is there'],
  ['branch:', 'nothing is there'],
  ['sha:xyz', '7 to 40'],
  ['x'.repeat(256), '255 bytes'],
  ['ü'.repeat(128), '255 bytes'],
])('does not trouble GitHub with %j', async (text, words) => {
  const { resolve, played } = await world();

  const error = await refusal(resolve(text));

  expect(error).toMatchObject({ reason: 'ref_not_found', message: expect.stringContaining(words ?? '') });
  expect(played.requests).toEqual([]);
});

it('offers the nearest branch for a name that is not there', async () => {
  const { resolve } = await world();

  expect(await refusal(resolve('mian'))).toMatchObject({
    reason: 'ref_not_found',
    message: 'acme/api has no branch or tag “mian”.',
    hint: 'Did you mean “main”?',
  });
});

it('asks which one is meant when a branch and a tag share a name, and takes the answer', async () => {
  const { api, resolve, main } = await world();
  const branch = addCommit(api, { message: 'Branch', branch: 'v2' });
  addTag(api, 'v2', main);

  expect(await refusal(resolve('v2'))).toMatchObject({ hint: 'Say which one: branch:v2 or tag:v2.' });
  expect(await resolve('branch:v2')).toMatchObject({ kind: 'branch', sha: branch, ref: 'v2' });
  expect(await resolve({ kind: 'named', name: 'tag:v2' })).toMatchObject({
    kind: 'tag',
    sha: main,
    ref: 'v2',
  });
});

it('does not ask when branch and tag stand for one commit', async () => {
  const { api, resolve, main } = await world();
  addTag(api, 'main', main);

  expect(await resolve('main')).toMatchObject({ kind: 'branch', sha: main });
});

it('asks what is meant by a branch that is named like a commit', async () => {
  const { api, resolve, main } = await world();
  const sneaky = addCommit(api, { message: 'Sneaky', branch: main });
  addCommit(api, { message: 'Short', branch: 'abc1234' });
  addCommit(api, { message: 'A date', branch: '20300115' });

  expect(await refusal(resolve(main))).toMatchObject({
    hint: `Say which one: branch:${main} or sha:${main}.`,
  });
  expect(await resolve(`branch:${main}`)).toMatchObject({ sha: sneaky });
  expect(await resolve(`sha:${main}`)).toMatchObject({ sha: main, kind: 'sha' });
  expect(await refusal(resolve('abc1234'))).toMatchObject({ reason: 'ref_not_found' });
  expect(await refusal(resolve('sha:abc1234'))).toMatchObject({ reason: 'ref_not_found' });
  expect(await resolve('20300115')).toMatchObject({ kind: 'branch', title: 'A date' });
});

it.each<{ where: string; sha: (api: Repository, main: string) => string }>([
  { where: 'at the head of a branch', sha: (api) => addCommit(api, { message: 'x', branch: 'other' }) },
  { where: 'in the history of the default branch', sha: (_, main) => main },
  { where: 'behind a tag alone', sha: (api) => tagged(api, addCommit(api, { message: 'x' })) },
  { where: 'in an open pull request', sha: (api) => inPullRequest(api, {}) },
  { where: 'in a merged pull request', sha: (api) => inPullRequest(api, { state: 'merged' }) },
])('takes a sha that is $where', async ({ sha: create }) => {
  const { api, resolve, main, played } = await world();
  const sha = create(api, main);
  addCommit(api, { message: 'Later', branch: 'main' });

  expect(await resolve(sha.toUpperCase())).toMatchObject({ sha, ref: sha, kind: 'sha' });
  expect(await resolve(sha.slice(0, 12))).toMatchObject({ sha });
  expect(played.violations).toEqual([]);
});

it.each<{ where: string; sha: (api: Repository) => string }>([
  { where: 'nowhere but in a fork', sha: (api) => addCommit(api, { message: 'x' }) },
  { where: 'in a pull request from a fork', sha: (api) => inPullRequest(api, { from: { fork: 'eve/api' } }) },
  { where: 'in a pull request from a deleted fork', sha: (api) => inPullRequest(api, { from: 'deleted' }) },
  {
    where: 'in a merged pull request from a fork',
    sha: (api) => inPullRequest(api, { from: { fork: 'eve/api' }, state: 'merged' }),
  },
  {
    where: 'in a pull request closed without a merge',
    sha: (api) => inPullRequest(api, { state: 'closed' }),
  },
])('refuses a sha that is $where', async ({ sha: create }) => {
  const { api, resolve } = await world();
  const sha = create(api);

  expect(await refusal(resolve(sha))).toMatchObject({ reason: 'fork_refused' });
  expect(await refusal(resolve(sha.slice(0, 12)))).toMatchObject({ reason: 'fork_refused' });
});

it('does not choose among commits that begin alike, nor find one that is not there', async () => {
  const { api, resolve } = await world();
  for (const end of ['1', '2'])
    addCommit(api, { message: end, branch: 'main', sha: `deadbee${'0'.repeat(32)}${end}` });

  expect(await refusal(resolve('deadbee'))).toMatchObject({
    hint: expect.stringContaining('type more of the sha'),
  });
  expect(await refusal(resolve('1234567'))).toMatchObject({ reason: 'ref_not_found' });
  expect(await refusal(resolve('1'.repeat(40)))).toMatchObject({ reason: 'ref_not_found' });
});

it('takes the head of a pull request from within the repository', async () => {
  const { api, resolve } = await world();
  const head = addCommit(api, { message: 'Better', branch: 'better' });
  addPullRequest(api, { number: 12, head, branch: 'better' });

  const expected: Resolved = {
    sha: head,
    ref: 'better',
    kind: 'pull_request',
    title: 'Better',
    pullRequest: 12,
  };
  expect(await resolve('#12')).toEqual(expected);
  expect(await resolve({ kind: 'pull_request', number: 12 })).toEqual(expected);
});

it.each<{
  what: string;
  given: Partial<Parameters<typeof addPullRequest>[1]>;
  reason: string;
  words: string;
}>([
  {
    what: 'from a fork',
    given: { from: { fork: 'eve/api' } },
    reason: 'fork_refused',
    words: 'the fork eve/api',
  },
  {
    what: 'from a deleted fork',
    given: { from: 'deleted' },
    reason: 'fork_refused',
    words: 'has been deleted',
  },
  {
    what: 'that was closed',
    given: { state: 'closed' },
    reason: 'ref_not_found',
    words: 'closed without being merged',
  },
])('refuses a pull request $what', async ({ given, reason, words }) => {
  const { api, resolve } = await world();
  addPullRequest(api, { number: 12, head: addCommit(api, { message: 'x' }), branch: 'main', ...given });

  expect(await refusal(resolve('#12'))).toMatchObject({ reason, message: expect.stringContaining(words) });
});

it('says that there is no such pull request', async () => {
  const { resolve } = await world();

  expect(await refusal(resolve('#99'))).toMatchObject({ message: 'acme/api has no pull request #99.' });
});

it('does not follow the old name of a renamed branch', async () => {
  const { resolve, played } = await world();
  const location = `${played.url}/repos/acme/api/branches/main`;
  played.failNext({ path: /branches\/master/, then: { status: 301, headers: { location } } });

  expect(await refusal(resolve('branch:master'))).toMatchObject({ reason: 'ref_not_found' });
});

it.each<{
  when: string;
  then: Parameters<PlayedGitHub['failNext']>[0]['then'];
  words: RegExp;
  wait?: number;
}>([
  {
    when: 'has an outage',
    then: { status: 503, body: { message: 'no' } },
    words: /error of its own \(503\)/,
  },
  { when: 'breaks the connection', then: 'reset', words: /could not be reached/ },
  { when: 'breaks off its answer', then: 'cut', words: /could not be reached/ },
  {
    when: 'refuses the token',
    then: { status: 401, body: { message: 'Bad credentials' } },
    words: /credentials/,
  },
  {
    when: 'hides the repository',
    then: { status: 404, body: { message: 'Not Found' } },
    words: /shows Baton no repository acme\/api/,
  },
  {
    when: 'lacks permission',
    then: { status: 403, body: { message: 'Resource not accessible' } },
    words: /does not let Baton read/,
  },
  {
    when: 'has had too many requests',
    then: {
      status: 403,
      headers: { 'retry-after': '120' },
      body: { message: 'You have exceeded a secondary rate limit' },
    },
    words: /in 2 min/,
    wait: 120,
  },
  {
    when: 'has counted to its limit',
    then: {
      status: 429,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      body: { message: 'API rate limit exceeded' },
    },
    words: /fewer requests/,
    wait: 60,
  },
])('says so when GitHub $when', async ({ then, words, wait }) => {
  const { resolve, played } = await world();
  played.failNext({ path: /./, then, times: 50 });

  for (const text of [undefined, 'main', '#12', 'sha:abcdef1']) {
    const error = await refusal(resolve(text));
    expect(error).toBeInstanceOf(GitHubUnreadableError);
    expect(error).toMatchObject({ message: expect.stringMatching(words), retryAfterSeconds: wait });
  }
});

it('survives one hiccup of GitHub', async () => {
  const { resolve, played, main } = await world();
  played.failNext({ path: /branches/, then: 'reset' });
  played.failNext({ path: /branches/, then: { status: 502, body: {} } });

  expect(await resolve('main')).toMatchObject({ sha: main });
});

it('takes only a whole sha where GitHub is off', async () => {
  const sha = 'a'.repeat(40);

  expect(await resolveRef(undefined, 'acme/api', sha)).toEqual({ sha, ref: sha, kind: 'sha', title: '' });
  for (const text of [undefined, 'main', '#12', 'abcdef1', `branch:${sha}`]) {
    expect(await refusal(resolveRef(undefined, 'acme/api', text))).toMatchObject({
      reason: 'ref_not_found',
      message: expect.stringContaining('GitHub is off'),
    });
  }
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const main = addCommit(api, { message: 'Second', branch: 'main' });
  const resolve = (ref: Parameters<typeof resolveRef>[2]) => resolveRef(github, 'acme/api', ref);
  return { played, api, main, resolve };
}

function tagged(api: Repository, sha: string): string {
  addTag(api, 'only', sha, { annotated: true });
  return sha;
}

/** A commit in the middle of a pull request whose branch is gone. */
function inPullRequest(api: Repository, given: Partial<Parameters<typeof addPullRequest>[1]>): string {
  const sha = addCommit(api, { message: 'Middle' });
  const head = addCommit(api, { message: 'Head', parents: [sha] });
  addPullRequest(api, { number: 7, head, branch: 'gone', ...given });
  return sha;
}

async function refusal(asking: Promise<unknown>): Promise<UserError> {
  const error: unknown = await asking.then(
    () => 'it was taken',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}
