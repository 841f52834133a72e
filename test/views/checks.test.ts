import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ChecksRefusal, NamedCheck } from '../../src/deployments/checks.ts';
import { checksInTheWay } from '../../src/views/checks.ts';
import { anyText } from '../support/words.ts';

type Failing = Extract<ChecksRefusal, { reason: 'checks_failing' }>;

const link = (name: string) => `<https://ci.example/${name}|${name}>`;

it.each<{ when: string; refusal: ChecksRefusal; words: string }>([
  {
    when: 'one fails',
    refusal: failing({ failing: named('build') }),
    words: `1 check fails: ${link('build')}.`,
  },
  {
    when: 'two fail',
    refusal: failing({ failing: named('build', 'lint') }),
    words: `2 checks fail: ${link('build')}, ${link('lint')}.`,
  },
  {
    when: 'many fail',
    refusal: failing({ failing: named('a', 'b', 'c', 'd', 'e', 'f', 'g') }),
    words: `7 checks fail: ${['a', 'b', 'c', 'd', 'e'].map(link).join(', ')} and 2 more.`,
  },
  { when: 'one is missing', refusal: failing({ missing: ['build'] }), words: 'build is missing.' },
  {
    when: 'two are missing',
    refusal: failing({ missing: ['build', 'lint'] }),
    words: '2 are missing: build, lint.',
  },
  {
    when: 'one is each',
    refusal: failing({ failing: named('build'), missing: ['lint'], pending: named('test') }),
    words: `1 check fails: ${link('build')}. lint is missing. 1 check has not ended yet: ${link('test')}.`,
  },
  {
    when: 'there are none',
    refusal: failing({ hasNone: true }),
    words:
      'The commit has no checks, and all must pass here. Wait for its checks to begin, or have `checks: none` configured.',
  },
  {
    when: 'two have not ended',
    refusal: { reason: 'checks_pending', pending: named('build', 'test') },
    words: `2 checks have not ended yet: ${link('build')}, ${link('test')}. Deploy again when they have passed.`,
  },
  {
    when: 'they cannot be read',
    refusal: { reason: 'checks_unreadable' },
    words:
      'GitHub could not be asked for the checks of the commit, so they count as failing. Try again in a minute.',
  },
])('says what is wrong with the checks when $when', ({ refusal, words }) => {
  expect(checksInTheWay(refusal).mrkdwn).toBe(words);
});

it('names a check without an address', () => {
  const refusal = failing({ failing: [{ name: 'old', url: null }] });

  expect(checksInTheWay(refusal).mrkdwn).toBe('1 check fails: old.');
});

it('brings nobody’s markup to life, whatever a check is called', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const check: NamedCheck = { name: text, url: text };
      const { mrkdwn } = checksInTheWay(failing({ failing: [check], missing: [text], pending: [check] }));
      expect(mrkdwn).not.toMatch(/[<>]/);
    }),
  );
});

function failing(given: Partial<Failing>): Failing {
  return { reason: 'checks_failing', failing: [], missing: [], hasNone: false, pending: [], ...given };
}

function named(...names: readonly string[]): NamedCheck[] {
  return names.map((name) => ({ name, url: `https://ci.example/${name}` }));
}
