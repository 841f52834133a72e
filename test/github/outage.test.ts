import { afterEach, expect, it } from '@jest/globals';
import type { Fault } from '../../playground/github/server.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs } from '../support/github.ts';
import { refsWorld, refusal } from '../support/refs.ts';

afterEach(closeGitHubs);

it('does not follow the old name of a renamed branch', async () => {
  const { resolve, played } = await refsWorld();
  const location = `${played.url}/repos/acme/api/branches/main`;
  played.failNext({ path: /branches\/master/, does: { status: 301, headers: { location } } });

  expect(await refusal(resolve('branch:master'))).toMatchObject({ reason: 'ref_not_found' });
});

it('finds a branch among the refs where a server does not list it as a branch', async () => {
  const { resolve, played, main } = await refsWorld();
  const does = { status: 404, body: { message: 'Not Found' } };
  played.failNext({ path: /\/branches\//, does, times: 9 });

  expect(await resolve('main')).toMatchObject({ sha: main, ref: 'main', kind: 'branch', title: 'Second' });
});

it('says that a ref is missing also where the branches cannot be listed for a hint', async () => {
  const { resolve, played } = await refsWorld();
  const does = { status: 404, body: { message: 'Not Found' } };
  played.failNext({ path: /\/branches\?/, does, times: 9 });

  expect(await refusal(resolve('mian'))).toMatchObject({ reason: 'ref_not_found' });
});

it.each<{
  when: string;
  does: Fault['does'];
  words: RegExp;
  wait?: number;
}>([
  {
    when: 'has an outage',
    does: { status: 503, body: { message: 'no' } },
    words: /error of its own \(503\)/,
  },
  { when: 'breaks the connection', does: 'reset', words: /could not be reached/ },
  { when: 'breaks off its answer', does: 'cut', words: /could not be reached/ },
  {
    when: 'refuses the token',
    does: { status: 401, body: { message: 'Bad credentials' } },
    words: /credentials/,
  },
  {
    when: 'hides the repository',
    does: { status: 404, body: { message: 'Not Found' } },
    words: /shows Baton no repository acme\/api/,
  },
  {
    when: 'lacks permission',
    does: { status: 403, body: { message: 'Resource not accessible' } },
    words: /does not let Baton read/,
  },
  {
    when: 'has had too many requests',
    does: {
      status: 403,
      headers: { 'retry-after': '120' },
      body: { message: 'You have exceeded a secondary rate limit' },
    },
    words: /in 2 min/,
    wait: 120,
  },
  {
    when: 'has counted to its limit',
    does: {
      status: 429,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      body: { message: 'API rate limit exceeded' },
    },
    words: /fewer requests/,
    wait: 60,
  },
])('says so when GitHub $when', async ({ does, words, wait }) => {
  const { resolve, played } = await refsWorld();
  played.failNext({ path: /./, does, times: 50 });

  for (const text of [undefined, 'main', '#12', 'sha:abcdef1']) {
    const error = await refusal(resolve(text));
    expect(error).toBeInstanceOf(GitHubUnreadableError);
    expect(error).toMatchObject({ message: expect.stringMatching(words), retryAfterSeconds: wait });
  }
});

it('survives one hiccup of GitHub', async () => {
  const { resolve, played, main } = await refsWorld();
  played.failNext({ path: /branches/, does: 'reset' });
  played.failNext({ path: /branches/, does: { status: 502, body: {} } });

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
