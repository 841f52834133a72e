import { afterEach, expect, it } from '@jest/globals';
import { addCommit, type NewCommit } from '../../playground/github/seed.ts';
import { GITHUB } from '../../playground/github/state.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { readAuthors } from '../../src/github/commits.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const ASHA = { login: 'Asha-K', name: 'Asha', email: 'Asha@acme.example' };
const BEN = { login: 'ben-w', name: 'Ben', email: 'ben@acme.example' };

it('tells author and committer in one request', async () => {
  const { played, authors } = await world();

  expect(await authors({ author: ASHA, committer: BEN })).toEqual({
    logins: ['asha-k', 'ben-w'],
    emails: ['asha@acme.example', 'ben@acme.example'],
  });
  expect(played.requests).toHaveLength(1);
  expect(played.violations).toEqual([]);
});

it('tells one person once', async () => {
  const { authors } = await world();

  expect(await authors({ author: BEN })).toEqual({ logins: ['ben-w'], emails: ['ben@acme.example'] });
});

it('takes what GitHub commits itself for nobody’s', async () => {
  const { authors } = await world();

  expect(await authors({ author: ASHA, committer: GITHUB })).toEqual({
    logins: ['asha-k'],
    emails: ['asha@acme.example'],
  });
});

it.each<{ what: string; trailer: string; logins?: string[]; emails: string[] }>([
  { what: 'a co-author', trailer: 'Co-authored-by: Cleo <Cleo@acme.example>', emails: ['cleo@acme.example'] },
  { what: 'small letters', trailer: 'co-authored-by: C <c@x.example>', emails: ['c@x.example'] },
  { what: 'no name', trailer: 'Co-authored-by: <c@x.example>', emails: ['c@x.example'] },
  { what: 'Windows’ line ends', trailer: 'Co-authored-by: C <c@x.example>\r\n', emails: ['c@x.example'] },
  {
    what: 'two co-authors',
    trailer: 'Co-authored-by: C <c@x.example>\nCo-Authored-By: D <d@x.example>',
    emails: ['c@x.example', 'd@x.example'],
  },
  {
    what: 'a private address with a number',
    trailer: 'Co-authored-by: C <123+Cleo-C@users.noreply.github.com>',
    logins: ['cleo-c'],
    emails: ['123+cleo-c@users.noreply.github.com'],
  },
  {
    what: 'a private address without one',
    trailer: 'Co-authored-by: C <cleo@users.noreply.github.acme.example>',
    logins: ['cleo'],
    emails: ['cleo@users.noreply.github.acme.example'],
  },
  { what: 'only words about it', trailer: 'Says co-authored-by: C <c@x.example>', emails: [] },
  { what: 'no address', trailer: 'Co-authored-by: Cleo', emails: [] },
])('tells who is named by $what', async ({ trailer, logins = [], emails }) => {
  const { authors } = await world();

  const told = await authors({ author: BEN, message: `Work\n\n${trailer}` });

  expect(told).toEqual({ logins: ['ben-w', ...logins], emails: ['ben@acme.example', ...emails] });
});

it('tells the addresses where GitHub knows no account for them', async () => {
  const { played, github } = await world();
  const signed = { name: 'Eve', email: 'eve@evil.example' };
  const commit = { author: signed, committer: { ...signed, email: undefined }, message: 'x' };
  for (const account of [null, {}]) {
    const body = { sha: 'a'.repeat(40), author: account, committer: account, commit };
    played.failNext({ path: /commits/, does: { status: 200, body } });
    expect(await readAuthors(github, 'acme/api', 'a'.repeat(40))).toEqual({
      logins: [],
      emails: ['eve@evil.example'],
    });
  }
});

it('never tells nobody where the commit cannot be read', async () => {
  const { played, github } = await world();

  await expect(readAuthors(github, 'acme/api', '1'.repeat(40))).rejects.toBeInstanceOf(GitHubUnreadableError);
  played.failNext({ path: /commits/, does: 'reset', times: 9 });
  await expect(readAuthors(github, 'acme/api', 'main')).rejects.toBeInstanceOf(GitHubUnreadableError);
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const authors = (given: Partial<NewCommit>) =>
    readAuthors(github, 'acme/api', addCommit(api, { message: 'Work', branch: 'main', ...given }));
  return { played, github, authors };
}
