import { expect, it } from '@jest/globals';
import { mentionsIn, problemsWithBlocks } from '../../../playground/slack/block-kit.ts';

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const markup = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const section = (length: number) => ({ type: 'section', text: markup(length) });
const button = (more: object = {}) => ({ type: 'button', text: plain(5), action_id: 'command:a', ...more });
const actions = (...elements: readonly object[]) => ({ type: 'actions', elements });
const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, index) => make(index));
const buttons = (count: number) =>
  actions(...times(count, (index) => button({ action_id: `command:${index}` })));

it.each<{ limit: string; most: unknown[]; tooMuch: unknown[] }>([
  { limit: '50 blocks', most: times(50, () => section(1)), tooMuch: times(51, () => section(1)) },
  { limit: '3000 characters in a section', most: [section(3_000)], tooMuch: [section(3_001)] },
  {
    limit: '10 fields',
    most: [{ type: 'section', fields: times(10, () => markup(1)) }],
    tooMuch: [{ type: 'section', fields: times(11, () => markup(1)) }],
  },
  {
    limit: '2000 characters in a field',
    most: [{ type: 'section', fields: [markup(2_000)] }],
    tooMuch: [{ type: 'section', fields: [markup(2_001)] }],
  },
  {
    limit: '150 characters in a header',
    most: [{ type: 'header', text: plain(150) }],
    tooMuch: [{ type: 'header', text: plain(151) }],
  },
  {
    limit: '10 elements in a context',
    most: [{ type: 'context', elements: times(10, () => markup(1)) }],
    tooMuch: [{ type: 'context', elements: times(11, () => markup(1)) }],
  },
  { limit: '25 buttons in a row', most: [buttons(25)], tooMuch: [buttons(26)] },
  {
    limit: '75 characters on a button',
    most: [actions(button({ text: plain(75) }))],
    tooMuch: [actions(button({ text: plain(76) }))],
  },
  {
    limit: "2000 characters in a button's value",
    most: [actions(button({ value: 'x'.repeat(2_000) }))],
    tooMuch: [actions(button({ value: 'x'.repeat(2_001) }))],
  },
  {
    limit: '255 characters in an action_id',
    most: [actions(button({ action_id: 'x'.repeat(255) }))],
    tooMuch: [actions(button({ action_id: 'x'.repeat(256) }))],
  },
  {
    limit: '12000 characters of markdown in all',
    most: times(2, () => ({ type: 'markdown', text: 'x'.repeat(6_000) })),
    tooMuch: times(3, () => ({ type: 'markdown', text: 'x'.repeat(6_000) })),
  },
])('takes up to $limit, and no more', ({ most, tooMuch }) => {
  expect(problemsWithBlocks(most)).toEqual([]);
  expect(problemsWithBlocks(tooMuch)).not.toEqual([]);
});

it.each<{ what: string; block: unknown }>([
  { what: 'a block type that it does not know', block: { type: 'nope' } },
  { what: 'an unknown key', block: { ...section(1), colour: 'red' } },
  { what: 'a section with nothing in it', block: { type: 'section' } },
  { what: 'an empty text', block: section(0) },
  { what: 'markup in a header', block: { type: 'header', text: markup(1) } },
  { what: 'markup on a button', block: actions(button({ text: markup(1) })) },
  { what: 'a style that it does not know', block: actions(button({ style: 'warning' })) },
  { what: 'the same action_id twice in a row', block: actions(button(), button()) },
  { what: 'a row without buttons', block: actions() },
  { what: 'an address that is none', block: actions(button({ url: 'nowhere' })) },
])('refuses $what', ({ block }) => {
  expect(problemsWithBlocks([block])).not.toEqual([]);
});

it('refuses the same block_id twice in one message', () => {
  const block = { ...section(1), block_id: 'a' };

  expect(problemsWithBlocks([block])).toEqual([]);
  expect(problemsWithBlocks([block, block])).not.toEqual([]);
});

it('points to what is wrong as Slack does', () => {
  expect(problemsWithBlocks([section(1), section(3_001)])).toEqual([
    expect.stringMatching(/^\[ERROR\] .+ \[json-pointer:\/blocks\/1\/text\/text\]$/),
  ]);
});

it('finds the mentions that come alive, and only those', () => {
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: 'see <!here> and &lt;!channel&gt;' } },
    { type: 'header', text: { type: 'plain_text', text: '<!channel>' } },
    { type: 'context', elements: [{ type: 'mrkdwn', text: '<@U0BEN> <#C0SHOP> <!date^1^{date}|then>' }] },
  ];

  expect(mentionsIn({ text: 'hello <!everyone>', blocks })).toEqual(['<!everyone>', '<!here>', '<@U0BEN>']);
});
