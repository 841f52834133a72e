import { afterEach, expect, it } from '@jest/globals';
import { addCommit, addPullRequest, addTag } from '../../playground/github/seed.ts';
import type { Resolved } from '../../src/github/refs.ts';
import { closeGitHubs } from '../support/github.ts';
import { refsWorld, refusal } from '../support/refs.ts';

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
  const { api, resolve, played } = await refsWorld();
  const sha = addCommit(api, { message: 'On it\n\nat last', branch: name });

  expect(await resolve(name)).toEqual({ sha, ref: name, kind: 'branch', title: 'On it' });
  expect(played.violations).toEqual([]);
});

it.each(HOSTILE)('deploys the tag %s as the name it is', async (name) => {
  const { api, resolve, main, played } = await refsWorld();
  addTag(api, name, main, { annotated: true });

  expect(await resolve(`tag:${name}`)).toMatchObject({ sha: main, ref: name, kind: 'tag' });
  expect(played.violations).toEqual([]);
});

it('deploys a branch whose name is as long as names may be', async () => {
  const { api, resolve } = await refsWorld();
  const name = 'x'.repeat(255);
  addCommit(api, { message: 'Long', branch: name });

  expect(await resolve(name)).toMatchObject({ ref: name });
});

it('takes the default branch when no ref is typed, and asks for its name only once in a while', async () => {
  const { api, resolve, played } = await refsWorld();
  api.defaultBranch = 'trunk';
  const sha = addCommit(api, { message: 'Grow', branch: 'trunk' });

  expect(await resolve(undefined)).toEqual({ sha, ref: 'trunk', kind: 'branch', title: 'Grow' });
  expect(await resolve({ kind: 'default' })).toMatchObject({ ref: 'trunk' });
  expect(played.requests).toHaveLength(3);
});

it('takes the commit behind a tag, whatever kind of tag', async () => {
  const { api, resolve, main } = await refsWorld();
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
  const { resolve, played } = await refsWorld();

  const error = await refusal(resolve(text));

  expect(error).toMatchObject({ reason: 'ref_not_found', message: expect.stringContaining(words ?? '') });
  expect(played.requests).toEqual([]);
});

it('offers the nearest branch for a name that is not there', async () => {
  const { resolve } = await refsWorld();

  expect(await refusal(resolve('mian'))).toMatchObject({
    reason: 'ref_not_found',
    message: 'acme/api has no branch or tag “mian”.',
    hint: 'Did you mean “main”?',
  });
});

it('asks which one is meant when a branch and a tag share a name, and takes the answer', async () => {
  const { api, resolve, main } = await refsWorld();
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
  const { api, resolve, main } = await refsWorld();
  addTag(api, 'main', main);

  expect(await resolve('main')).toMatchObject({ kind: 'branch', sha: main });
});

it('asks what is meant by a branch that is named like a commit', async () => {
  const { api, resolve, main } = await refsWorld();
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

it('does not choose among commits that begin alike, nor find one that is not there', async () => {
  const { api, resolve } = await refsWorld();
  for (const end of ['1', '2'])
    addCommit(api, { message: end, branch: 'main', sha: `deadbee${'0'.repeat(32)}${end}` });

  expect(await refusal(resolve('deadbee'))).toMatchObject({
    hint: expect.stringContaining('type more of the sha'),
  });
  expect(await refusal(resolve('1234567'))).toMatchObject({ reason: 'ref_not_found' });
  expect(await refusal(resolve('1'.repeat(40)))).toMatchObject({ reason: 'ref_not_found' });
});

it('takes the head of a pull request from within the repository', async () => {
  const { api, resolve } = await refsWorld();
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

it('says that there is no such pull request', async () => {
  const { resolve } = await refsWorld();

  expect(await refusal(resolve('#99'))).toMatchObject({ message: 'acme/api has no pull request #99.' });
});
