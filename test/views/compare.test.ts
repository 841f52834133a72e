import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Compared, ComparedCommit } from '../../src/github/compare.ts';
import { whatItBrings } from '../../src/views/compare.ts';
import { anyText } from '../support/words.ts';

type Listed = Extract<Compared, { kind: 'compared' }>;

const URL = 'https://github.com/acme/api/compare/aaa...bbb';

it('shows each commit with its title, pull request and author', () => {
  const shown = lines({ commits: [commit(2, { pullRequest: 12 }), commit(1)], total: 2 });

  expect(shown).toEqual([
    `It brings 2 commits (<${URL}|compare>)`,
    '• `0000002` Commit 2 <https://github.com/acme/api/pull/12|#12> by asha-k',
    '• `0000001` Commit 1 by asha-k',
  ]);
});

it('counts those that it does not show, whether GitHub listed them or not', () => {
  const commits = Array.from({ length: 20 }, (_, n) => commit(n));

  const shown = lines({ commits, total: 300, truncated: true });

  expect(shown).toHaveLength(10);
  expect(shown.at(-1)).toBe('… and 292 more');
});

it.each<[Partial<Listed>, string]>([
  [{ total: 0, behindBy: 3 }, 'It brings no new commits and takes back 3 commits that are live'],
  [{ total: 0, behindBy: 0 }, 'It brings no new commits'],
  [
    { commits: [commit(1)], total: 1, behindBy: 1 },
    'It brings 1 commit and takes back 1 commit that is live',
  ],
])('says what is new and what is taken back: %j', (given, words) => {
  expect(lines(given)[0]).toBe(`${words} (<${URL}|compare>)`);
});

it('says so where nothing can be compared', () => {
  expect(whatItBrings({ kind: 'base_missing' }).mrkdwn).toMatch(/no longer in the repository/);
  expect(whatItBrings({ kind: 'unrelated' }).mrkdwn).toMatch(/no history in common/);
});

it('does without an address', () => {
  expect(lines({ commits: [commit(1, { pullRequest: 12 })], total: 1, url: null })).toEqual([
    'It brings 1 commit',
    '• `0000001` Commit 1 #12 by asha-k',
  ]);
});

it('brings nobody’s markup to life, whatever a commit is called', () => {
  fc.assert(
    fc.property(anyText, anyText, (title, author) => {
      const shown = lines({ commits: [commit(1, { title, author })], total: 1, url: null });
      expect(shown.join('\n')).not.toMatch(/[<>]/);
      expect(shown).toHaveLength(2);
    }),
  );
});

function lines(given: Partial<Listed>): string[] {
  const compared: Listed = {
    kind: 'compared',
    commits: [],
    total: 0,
    truncated: false,
    behindBy: 0,
    url: URL,
  };
  return whatItBrings({ ...compared, ...given }).mrkdwn.split('\n');
}

function commit(n: number, given: Partial<ComparedCommit> = {}): ComparedCommit {
  const sha = String(n).padStart(7, '0').padEnd(40, '0');
  return { sha, title: `Commit ${n}`, author: 'asha-k', pullRequest: undefined, ...given };
}
