import { expect, it } from '@jest/globals';
import { address, codeSpan, markdown, webLink, worded } from '../../src/views/markdown.ts';

it.each([
  '@acme/everybody',
  '#12',
  'acme/web#12',
  'GH-12',
  '<img src=x>',
  '<!-- baton: deploy labels -->',
  '[click](https://evil.example)',
  'https://evil.example',
  'www.evil.example',
  '**loud** _and_ ~~gone~~ `code`',
  '# Title\n- item\n> quote',
  ':tada:',
  '| a | b |',
  '\\[x\\](y)',
  '&lt;b&gt;',
])('brings nothing to life in %j', (text) => {
  const { markdown: shown } = markdown`${text}`;

  expect(shown).not.toMatch(/@[a-z]|#\d|(?<!\\)[*_~`[\]()|!]|<|&(?!lt;|amp;)|\n|:\/|www\.|gh\\?-\d|:tada/i);
});

it('shows what people wrote, as they wrote it, in plain words', () => {
  expect(markdown`**${'Faster, by half'}** ${12}`).toEqual({ markdown: '**Faster, by half** 12' });
});

it('keeps a code span closed', () => {
  expect(codeSpan('a`b\nc').markdown).toBe('`aˋb c`');
  expect(codeSpan('').markdown).toBe('` `');
});

it.each([
  'javascript:alert(1)',
  'https://a.example/> <b>',
  'ftp://a.example',
  `https://${'a'.repeat(1_000)}`,
  null,
])('makes no link of %j', (url) => {
  expect(webLink(url, 'Log').markdown).toBe('Log');
});

it('makes a link of a plain address', () => {
  expect(webLink('https://a.example/x?y=(1)', 'The [log]').markdown).toBe(
    '[The \\[log\\]](<https://a.example/x?y=(1)>)',
  );
});

it('shows what people type letter by letter', () => {
  expect(worded('All 2 are taken: “/remote api#1 down” frees one, `/lock` too.').markdown).toBe(
    'All 2 are taken\\:\u200B `/remote api#1 down` frees one, `/lock` too.',
  );
  expect(worded('a `b @acme/all').markdown).not.toMatch(/@a|(?<!\\)`/);
});

it('shows an address as it stands', () => {
  expect(address('https://pr-12.acme.example/a_b').markdown).toBe('<https://pr-12.acme.example/a_b>');
  expect(address('javascript:alert(1)').markdown).not.toMatch(/<|:a/);
});
