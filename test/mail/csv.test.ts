import { expect, it } from '@jest/globals';
import { csv } from '../../src/mail/csv.ts';

it.each<{ what: string; value: string | number | null; shown: string }>([
  { what: 'plain words', value: 'api', shown: 'api' },
  { what: 'nothing', value: null, shown: '' },
  { what: 'a number', value: -3, shown: '-3' },
  { what: 'a comma', value: 'a,b', shown: '"a,b"' },
  { what: 'quotes', value: 'say "go"', shown: '"say ""go"""' },
  { what: 'a line end', value: 'a\nb', shown: '"a\nb"' },
  { what: 'a formula', value: '=1+1', shown: '"\'=1+1"' },
  { what: 'a formula behind a space', value: ' =1+1', shown: '"\' =1+1"' },
  { what: 'a formula behind a tab', value: '\t=1+1', shown: '"\'\t=1+1"' },
  { what: 'a plus', value: '+1', shown: '"\'+1"' },
  { what: 'a minus', value: '-1+cmd|"x"', shown: '"\'-1+cmd|""x"""' },
  { what: 'an at sign', value: '@SUM(A1)', shown: '"\'@SUM(A1)"' },
  { what: 'a wide equals sign', value: '＝1', shown: '"\'＝1"' },
  { what: 'a control character before a formula', value: '\u0000=1', shown: '"\'=1"' },
])('writes $what so that no spreadsheet runs it', ({ value, shown }) => {
  expect(csv([['x', value]])).toBe(`\uFEFFx,${shown}\r\n`);
});
