import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  buttons,
  code,
  context,
  joined,
  link,
  type Mrkdwn,
  mrkdwn,
  output,
  person,
  section,
  shortened,
  summaryText,
  time,
} from '../../src/views/view.ts';
import { anyText } from '../support/words.ts';

const hostile = fc.oneof(anyText, fc.string({ unit: 'binary' }));

it('keeps the spaces at the ends of a value, which may be a part of a sentence', () => {
  expect(mrkdwn`3 lines more${' in the thread'}.`.mrkdwn).toBe('3 lines more in the thread.');
});

it.each<[string, (text: string) => string]>([
  ['a template', (text) => mrkdwn`Reason: ${text}`.mrkdwn],
  ['bold print', (text) => mrkdwn`*${text}*`.mrkdwn],
  ['code', (text) => code(text).mrkdwn],
  ['output', (text) => output(text).mrkdwn],
  ['the end of a long output', (text) => output(text.repeat(300), 500).mrkdwn],
  ['the label of a link', (text) => withoutLink(link('https://a.example', text).mrkdwn)],
  ['the address of a link', (text) => link(`ftp://${text}`, 'label').mrkdwn],
  ['a person who is no Slack id', (text) => person(`x${text}`).mrkdwn],
  ['a notification', summaryText],
  ['a section', (text) => JSON.stringify(section(mrkdwn`${text}`))],
  ['a long section', (text) => JSON.stringify(section(mrkdwn`${text.repeat(200)}`))],
  ['small print', (text) => JSON.stringify(context(mrkdwn`${shortened(text)}`))],
])('brings nobody’s markup to life in %s', (_place, shown) => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(shown(text)).not.toMatch(/<|>/);
    }),
    { numRuns: 500 },
  );
});

it('lets no sign of a person’s format anything, not even together with another’s', () => {
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      const { mrkdwn: shown } = mrkdwn`${one} and ${other}`;
      // Slack formats between signs that stand at the edge of a word.
      expect(shown).not.toMatch(/(?<![A-Za-z0-9])[*_~`]/);
      expect(shown).not.toMatch(/:[\w+'-]+:/);
    }),
  );
});

it('leaves words as they are', () => {
  expect(mrkdwn`${'load_test of snake_case: 2*3, don’t & won’t'}`.mrkdwn).toBe(
    'load_test of snake_case: 2*3, don’t &amp; won’t',
  );
  expect(code('feature/x_y@<!channel>').mrkdwn).toBe('`feature/x_y@&lt;!channel&gt;`');
});

it('keeps a code span and a block of code closed, whatever is in it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(code(text).mrkdwn.split('`')).toHaveLength(3);
      expect(output(text).mrkdwn.split('```')).toHaveLength(3);
    }),
  );
});

it.each<[string, number, (text: string) => string]>([
  ['a section', 3_000, (text) => textOf(section(mrkdwn`${text}`))],
  ['a section of output', 3_000, (text) => textOf(section(mrkdwn`Said: ${output(text, 9_999)}`))],
  ['small print', 3_000, (text) => textOf(context(code(text)))],
  ['a notification', 1_000, summaryText],
  ['a link', 3_000, (text) => textOf(section(link(`https://a.example/${text}`, text)))],
])('keeps %s within what Slack takes, and never empty', (_what, limit, shown) => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 400 }), (text, times) => {
      expect(shown(text.repeat(times)).length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 300 },
  );
  expect(textOf(section(mrkdwn``))).not.toBe('');
});

it('never cuts through an entity, a token or a letter', () => {
  const long = (unit: string) => textOf(section(mrkdwn`${unit.repeat(3_000)}`));

  expect(long('&')).toMatch(/&amp;…$/);
  expect(long('😀')).toMatch(/😀…$/u);
  expect(
    textOf(
      section(
        joined(
          Array.from({ length: 200 }, () => time(new Date(0))),
          '',
        ),
      ),
    ),
  ).toMatch(/>…$/);
});

it('closes a block of code that it had to cut', () => {
  const long: Mrkdwn = joined([output('a'.repeat(2_000)), output('b'.repeat(2_000))]);

  expect(textOf(section(long)).split('```')).toHaveLength(5);
});

it('drops the colours of a terminal and what could move its cursor', () => {
  expect(output('\u001B[31mred\u001B[0m\r\n\u001B]0;title\u0007done\tok').mrkdwn).toBe(
    '```\nred\ndone\tok\n```',
  );
});

it('links only to addresses of the web', () => {
  expect(link('https://a.example/?a=1&b=2', 'a|b').mrkdwn).toBe('<https://a.example/?a=1&amp;b=2|a¦b>');
  expect(link('javascript:alert(1)', 'click').mrkdwn).toBe('click');
  expect(link(null, 'nothing').mrkdwn).toBe('nothing');
});

it('gives buttons the command as their value', () => {
  expect(buttons({ label: 'Unlock', command: 'unlock staging', style: 'danger' })).toMatchObject({
    elements: [{ action_id: 'command:unlock:0', value: 'unlock staging', style: 'danger' }],
  });
});

function textOf(block: object): string {
  const texts: string[] = [];
  JSON.stringify(block, (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('');
}

function withoutLink(shown: string): string {
  return shown.replace(/^<https:\/\/a\.example\|([^]*)>$/, '$1');
}
