import { expect, it } from '@jest/globals';
import { type Board, lockIdFor } from '../../src/locks/lock.ts';
import { accept, decline, offer } from '../../src/locks/offer.ts';
import { settle } from '../../src/locks/settle.ts';
import { NOON } from '../support/context.ts';
import {
  after,
  boardOf,
  byOf,
  HOUR,
  lockOf,
  momentOf,
  outcomeOf,
  placeOf,
  runningOf,
} from '../support/locks.ts';

const TO_BEN = { id: 'o-1', to: 'U0BEN', since: NOON, until: after(600_000) };
const offered = boardOf({ locks: [lockOf({ offer: TO_BEN, until: after(HOUR), reason: 'load test' })] });
const bens = (only: string) => ({ ...byOf({ person: 'U0BEN' }), only });

it('stays its holder’s while it is offered', () => {
  const by = byOf();
  const { outcome, events, change } = outcomeOf(
    offer({ ...by, to: 'U0BEN' }),
    boardOf({ locks: [lockOf()] }),
  );

  expect({ outcome, events }).toEqual({ outcome: 'offered', events: ['offered'] });
  expect(change.board.locks).toMatchObject([
    {
      id: 'staging-of-U0ASHA',
      holder: 'U0ASHA',
      offer: { id: lockIdFor('staging', `${by.command}-offer`), to: 'U0BEN', until: after(600_000) },
    },
  ]);
});

it.each([
  { ends: 60_000, open: 60_000 },
  { ends: HOUR, open: 600_000 },
])('is on offer no longer than it lasts: $ends', ({ ends, open }) => {
  const { change } = outcomeOf(
    offer({ ...byOf(), to: 'U0BEN' }),
    boardOf({ locks: [lockOf({ until: after(ends) })] }),
  );

  expect(change.board.locks[0]?.offer?.until).toEqual(after(open));
});

it('is not on offer when its time is over and only a deployment keeps it', () => {
  const moment = momentOf({ now: after(60_000), running: [runningOf({ since: after(-1) })] });
  const board = boardOf({ locks: [lockOf({ until: NOON })] });

  expect(() => outcomeOf(offer({ ...byOf(), to: 'U0BEN' }), board, moment)).toThrow(
    'The time of your lock on staging is over; only a deployment keeps it.',
  );
});

it('changes hands in one step when the offer is accepted, with its end and its reason', () => {
  const line = [placeOf({ person: 'U0BEN' }), placeOf({ person: 'U0CLEO' })];

  const { outcome, events, change } = outcomeOf(
    accept(bens('o-1')),
    { ...offered, line },
    momentOf({ now: after(60_000) }),
  );

  expect({ outcome, events }).toEqual({ outcome: 'accepted', events: ['accepted'] });
  expect(change.board.locks).toMatchObject([
    {
      id: 'o-1',
      holder: 'U0BEN',
      since: after(60_000),
      until: after(HOUR),
      reason: 'load test',
      offer: null,
    },
  ]);
  expect(change.board.line).toMatchObject([{ person: 'U0CLEO' }]);
  expect(change.events).toMatchObject([{ actor: 'U0BEN', other: 'U0ASHA' }]);
});

it('stays its holder’s when the offer is declined, and when its time is over', () => {
  expect(outcomeOf(decline(bens('o-1')), offered)).toMatchObject({
    outcome: 'declined',
    events: ['declined'],
    holders: { staging: 'U0ASHA' },
  });
  const late = momentOf({ now: after(600_000) });
  expect(outcomeOf(settle, offered, late)).toMatchObject({
    events: ['offer_expired'],
    holders: { staging: 'U0ASHA' },
  });
  expect(outcomeOf(accept(bens('o-1')), offered, late)).toMatchObject({
    outcome: 'over',
    holders: { staging: 'U0ASHA' },
  });
});

it.each<{ when: string; board: Board }>([
  { when: 'it was stolen since', board: boardOf({ locks: [lockOf({ holder: 'U0CLEO' })] }) },
  { when: 'it was freed since', board: boardOf() },
  {
    when: 'it was offered anew since',
    board: boardOf({ locks: [lockOf({ offer: { ...TO_BEN, id: 'o-2' } })] }),
  },
  { when: 'it was taken back by declining', board: boardOf({ locks: [lockOf()] }) },
])('answers a stale offer and changes nothing: $when', ({ board }) => {
  for (const reply of [accept(bens('o-1')), decline(bens('o-1'))]) {
    const { outcome, unchanged, change } = outcomeOf(reply, board);
    expect({ outcome, unchanged }).toEqual({ outcome: 'over', unchanged: true });
    expect(change.answer.lock).toEqual(board.locks[0] ?? null);
  }
});

it.each([
  { what: 'an offer', board: offered, only: 'o-1' },
  {
    what: 'a turn',
    board: boardOf({ locks: [lockOf({ holder: 'U0BEN', turn: true, id: 't-1' })] }),
    only: 't-1',
  },
])('lets nobody else answer $what', ({ board, only }) => {
  const cleos = { ...byOf({ person: 'U0CLEO' }), only };

  expect(() => outcomeOf(accept(cleos), board)).toThrow('offered to somebody else');
  expect(() => outcomeOf(decline(cleos), board)).toThrow('offered to somebody else');
});

it('is not accepted into a second holder of what overlaps', () => {
  const board = boardOf({ locks: [...offered.locks, lockOf({ scope: 'staging/api' })] });

  expect(() => outcomeOf(accept(bens('o-1')), board)).toThrow(
    expect.objectContaining({ lock: expect.objectContaining({ scope: 'staging/api', holder: 'U0ASHA' }) }),
  );
});

it.each<{ what: string; board: Board; to: string; says: string }>([
  { what: 'what is not locked', board: boardOf(), to: 'U0BEN', says: 'nothing to offer' },
  { what: 'to oneself', board: boardOf({ locks: [lockOf()] }), to: 'U0ASHA', says: 'hold it yourself' },
  {
    what: 'another’s',
    board: boardOf({ locks: [lockOf({ holder: 'U0BEN' })] }),
    to: 'U0CLEO',
    says: 'is locked',
  },
  { what: 'a turn', board: boardOf({ locks: [lockOf({ turn: true })] }), to: 'U0BEN', says: 'is locked' },
])('is not offered: $what', ({ board, to, says }) => {
  expect(() => outcomeOf(offer({ ...byOf(), to }), board)).toThrow(says);
});

it('is offered to one person at a time: a later offer takes the place of the earlier one', () => {
  const { change } = outcomeOf(offer({ ...byOf(), to: 'U0CLEO' }), offered);

  expect(change.board.locks).toMatchObject([{ offer: { to: 'U0CLEO' } }]);
  expect(outcomeOf(accept(bens('o-1')), change.board)).toMatchObject({ outcome: 'over', unchanged: true });
});

it('is one’s own once the turn is accepted, with a length of its own, and the next one’s when declined', () => {
  const turn = lockOf({ id: 't-1', holder: 'U0BEN', turn: true, until: after(600_000), reason: 'hotfix' });
  const board = boardOf({ locks: [turn], line: [placeOf({ person: 'U0CLEO' })] });
  const moment = momentOf({ now: after(60_000), rules: { defaultSeconds: 3_600, requireReason: true } });

  const taken = outcomeOf(accept(bens('t-1')), board, moment);
  expect(taken).toMatchObject({ outcome: 'taken', events: ['taken'] });
  expect(taken.change.board.locks).toMatchObject([
    { id: 't-1', turn: false, since: after(60_000), until: after(HOUR + 60_000), reason: 'hotfix' },
  ]);
  expect(outcomeOf(decline(bens('t-1')), board)).toMatchObject({
    outcome: 'left',
    events: ['left', 'turn'],
    holders: { staging: 'U0CLEO' },
  });
  expect(outcomeOf(accept(bens('t-1')), taken.change.board)).toMatchObject({
    outcome: 'over',
    unchanged: true,
  });
});
