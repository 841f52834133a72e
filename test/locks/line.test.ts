import { expect, it } from '@jest/globals';
import { leave, stopWaiting, wait, waitToDeploy } from '../../src/locks/line.ts';
import { type Board, lockIdFor } from '../../src/locks/lock.ts';
import { settle } from '../../src/locks/settle.ts';
import { after, boardOf, byOf, lockOf, momentOf, outcomeOf, placeOf } from '../support/locks.ts';

const NO_TERMS = { reason: '' };
const ashas = boardOf({ locks: [lockOf()] });

it('takes the lock at once when it is free, and is held by whoever has it', () => {
  expect(outcomeOf(wait({ ...byOf(), terms: NO_TERMS }), boardOf())).toMatchObject({
    outcome: 'taken',
    holders: { staging: 'U0ASHA' },
  });
  expect(outcomeOf(wait({ ...byOf(), terms: NO_TERMS }), ashas)).toMatchObject({
    outcome: 'held',
    unchanged: true,
  });
});

it('gives one place each, first come first served, and shows the place', () => {
  let board = ashas;
  const join = (person: string) => {
    const { change, outcome } = outcomeOf(wait({ ...byOf({ person }), terms: NO_TERMS }), board);
    ({ board } = change);
    return `${outcome} ${change.answer.ahead} ${change.answer.lock?.holder} ${change.events.length}`;
  };

  expect(['U0BEN', 'U0CLEO', 'U0BEN', 'U0CLEO'].map(join)).toEqual([
    'waiting 0 U0ASHA 1',
    'waiting 1 U0ASHA 1',
    'waiting 0 U0ASHA 0',
    'waiting 1 U0ASHA 0',
  ]);
  expect(board.line.map(({ person }) => person)).toEqual(['U0BEN', 'U0CLEO']);
});

it('counts only those before whose claim overlaps', () => {
  const board = boardOf({
    locks: [lockOf()],
    line: [
      placeOf({ person: 'U0A', scope: 'staging/web' }),
      placeOf({ person: 'U0B', scope: 'staging/api' }),
    ],
  });
  const ahead = (scope: string) =>
    outcomeOf(wait({ ...byOf({ person: 'U0C', scope }), terms: NO_TERMS }), board).change.answer.ahead;

  expect([ahead('staging'), ahead('staging/api'), ahead('staging/web')]).toEqual([2, 1, 1]);
});

it.each<{ when: string; line: Board['line']; turns: string[] }>([
  {
    when: 'the first waits for all of it',
    line: [placeOf({ person: 'U0A' }), placeOf({ person: 'U0B', scope: 'staging/api' })],
    turns: ['U0A staging'],
  },
  {
    when: 'the first wait for different services',
    line: [
      placeOf({ person: 'U0A', scope: 'staging/web' }),
      placeOf({ person: 'U0B', scope: 'staging/api' }),
      placeOf({ person: 'U0C' }),
    ],
    turns: ['U0A staging/web', 'U0B staging/api'],
  },
  {
    when: 'a deployment stands before',
    line: [placeOf({ person: 'U0A', scope: 'staging/api', deployment: 'd-1' }), placeOf({ person: 'U0B' })],
    turns: [],
  },
])('gives a turn to whoever comes first for what is free: $when', ({ line, turns }) => {
  const { change } = outcomeOf(settle, boardOf({ line }), momentOf({ now: after(1_000) }));

  expect(change.board.locks.map(({ holder, scope }) => `${holder} ${scope}`)).toEqual(turns);
  expect(
    change.board.locks.every(({ turn, until }) => turn && Number(until) === Number(after(601_000))),
  ).toBe(true);
});

it('names the widest lock in the way, as every answer does', () => {
  const locks = [lockOf({ scope: 'staging/api', holder: 'U0CLEO' }), lockOf()];
  const global = lockOf({ scope: 'all', holder: 'U0DAN' });
  const rule = wait({ ...byOf({ person: 'U0BEN' }), terms: NO_TERMS });
  const named = (moment = momentOf()) =>
    outcomeOf(rule, boardOf({ locks }), moment).change.answer.lock?.scope;

  expect(named()).toBe('staging');
  expect(named(momentOf({ global }))).toBe('all');
});

it('keeps everybody in the line while another holds everything', () => {
  const moment = momentOf({ global: lockOf({ scope: 'all', holder: 'U0CLEO' }) });

  expect(outcomeOf(settle, boardOf({ line: [placeOf()] }), moment)).toMatchObject({ unchanged: true });
});

it('passes a turn that nobody took on to the next, and tells both', () => {
  const turn = lockOf({ holder: 'U0BEN', turn: true, until: after(600_000) });
  const board = boardOf({ locks: [turn], line: [placeOf({ person: 'U0CLEO' })] });

  expect(outcomeOf(settle, board, momentOf({ now: after(599_999) })).unchanged).toBe(true);
  const { events, holders, change } = outcomeOf(settle, board, momentOf({ now: after(600_000) }));
  expect({ events, holders }).toEqual({ events: ['turn_passed', 'turn'], holders: { staging: 'U0CLEO' } });
  expect(change.events.map(({ other }) => other)).toEqual(['U0BEN', 'U0CLEO']);
});

it('is used by waiting once more: whoever’s turn it is has it', () => {
  const turn = lockOf({ holder: 'U0BEN', turn: true, until: after(600_000) });
  const board = boardOf({ locks: [turn], line: [placeOf({ person: 'U0CLEO' })] });

  const { outcome, line, change } = outcomeOf(wait({ ...byOf({ person: 'U0BEN' }), terms: NO_TERMS }), board);

  expect({ outcome, line }).toEqual({ outcome: 'taken', line: ['U0CLEO staging'] });
  expect(change.board.locks).toMatchObject([{ turn: false }]);
});

it.each([
  { by: 'the scope', given: { scope: 'staging' }, outcome: 'left', line: [] },
  { by: 'an overlapping scope', given: { scope: 'staging/api' }, outcome: 'left', line: [] },
  { by: 'the button of the place', given: { only: 'U0BEN-waits' }, outcome: 'left', line: [] },
  {
    by: 'the button of an earlier place',
    given: { only: 'earlier' },
    outcome: 'not_waiting',
    line: ['U0BEN staging'],
  },
  { by: 'somebody else', given: { person: 'U0CLEO' }, outcome: 'not_waiting', line: ['U0BEN staging'] },
  {
    by: 'somebody else with its button',
    given: { person: 'U0CLEO', only: 'U0BEN-waits' },
    outcome: 'not_waiting',
    line: ['U0BEN staging'],
  },
])('is left by $by: $outcome', ({ given, outcome, line }) => {
  const board = boardOf({ locks: [lockOf()], line: [placeOf()] });

  expect(outcomeOf(leave({ ...byOf({ person: 'U0BEN' }), ...given }), board)).toMatchObject({
    outcome,
    line,
  });
});

it('is left also when the turn has come by then, which goes to the next', () => {
  const turn = lockOf({
    id: lockIdFor('staging', 'U0BEN-waits'),
    holder: 'U0BEN',
    turn: true,
    until: after(60_000),
  });
  const board = boardOf({ locks: [turn], line: [placeOf({ person: 'U0CLEO' })] });
  const leaving = (only: string) => outcomeOf(leave({ ...byOf({ person: 'U0BEN' }), only }), board);

  expect(leaving('U0BEN-waits')).toMatchObject({ outcome: 'left', holders: { staging: 'U0CLEO' } });
  expect(leaving('earlier')).toMatchObject({ outcome: 'not_waiting', unchanged: true });
});

it('ends at a hundred places', () => {
  const line = Array.from({ length: 100 }, (_, index) => placeOf({ person: `U0${index}` }));
  const board = boardOf({ locks: [lockOf()], line });

  expect(() => outcomeOf(wait({ ...byOf({ person: 'U0X' }), terms: NO_TERMS }), board)).toThrow('100 wait');
  expect(outcomeOf(wait({ ...byOf({ person: 'U07' }), terms: NO_TERMS }), board).outcome).toBe('waiting');
});

it('has one place for a deployment, which leaves without a word', () => {
  const by = { ...byOf({ scope: 'staging/api' }), deployment: 'd-1', reason: 'to deploy main' };
  const waiting = outcomeOf(waitToDeploy(by), boardOf());

  expect(waiting).toMatchObject({ outcome: 'waiting', line: ['U0ASHA staging/api'], events: ['waiting'] });
  expect(outcomeOf(waitToDeploy({ ...by, command: 'c-2' }), waiting.change.board).unchanged).toBe(true);
  expect(outcomeOf(stopWaiting('d-1'), waiting.change.board)).toMatchObject({
    outcome: 'left',
    events: [],
    line: [],
  });
  expect(outcomeOf(stopWaiting('d-2'), waiting.change.board).unchanged).toBe(true);
});
