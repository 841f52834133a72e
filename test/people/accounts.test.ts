import { expect, it } from '@jest/globals';
import { accountsOf, isSamePerson } from '../../src/people/accounts.ts';

const people = [
  { name: 'Asha', slack: 'U0ASHA', github: 'asha-k' },
  { name: 'Asha at the customer', slack: 'U0ASHA2', github: 'Asha-K' },
  { name: 'Asha’s bot account', slack: 'U0ASHA2', github: 'asha-ci' },
  { name: 'Ben', slack: 'U0BEN', github: 'ben-w' },
  { name: 'Cleo', slack: 'U0CLEO' },
];

it.each([
  { one: 'U0ASHA', other: 'U0ASHA', same: true },
  { one: 'U0ASHA', other: 'U0ASHA2', same: true },
  { one: 'U0ASHA2', other: 'U0ASHA', same: true },
  { one: 'U0ASHA', other: 'U0BEN', same: false },
  { one: 'U0CLEO', other: 'U0BEN', same: false },
  { one: 'U0NOBODY', other: 'U0CLEO', same: false },
])('knows whether $one and $other are one person: $same', ({ one, other, same }) => {
  expect(isSamePerson({ people }, one, other)).toBe(same);
});

it('finds every GitHub login of a person, also over a second Slack account', () => {
  expect([...accountsOf({ people }, 'U0ASHA').github].toSorted()).toEqual(['asha-ci', 'asha-k']);
  expect([...accountsOf({ people }, 'U0CLEO').github]).toEqual([]);
});
