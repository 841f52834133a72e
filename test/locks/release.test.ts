import { expect, it } from '@jest/globals';
import { keep, pullRequestEnded, release, releaseAll } from '../../src/locks/release.ts';
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

const ashas = boardOf({ locks: [lockOf()] });
const FREE = { force: false, reason: '' };
const FORCED = { force: true, reason: 'on holiday' };
const warning = { id: 'w-1', scope: 'staging', by: 'U0ASHA', reason: 'flaky', since: NOON, until: null };
const TIE = { repository: 'acme/api', number: 12 };

it('is given up by its holder only', () => {
  expect(outcomeOf(release({ ...byOf(), ...FREE }), ashas)).toMatchObject({
    outcome: 'freed',
    events: ['freed'],
    holders: {},
  });
  expect(() => outcomeOf(release({ ...byOf({ person: 'U0BEN' }), ...FREE }), ashas)).toThrow(
    expect.objectContaining({ lock: expect.objectContaining({ holder: 'U0ASHA' }) }),
  );
});

it('is free already where there is none, and nothing changes', () => {
  expect(outcomeOf(release({ ...byOf(), ...FREE }), boardOf())).toMatchObject({
    outcome: 'free',
    unchanged: true,
  });
  expect(outcomeOf(releaseAll(byOf()), boardOf({ locks: [lockOf({ holder: 'U0BEN' })] }))).toMatchObject({
    outcome: 'free',
    unchanged: true,
  });
});

it('of an environment leaves its services’ locks, and the other way round', () => {
  const board = boardOf({ locks: [lockOf(), lockOf({ scope: 'staging/api' })] });

  expect(outcomeOf(release({ ...byOf(), ...FREE }), board).holders).toEqual({ 'staging/api': 'U0ASHA' });
  expect(outcomeOf(release({ ...byOf({ scope: 'staging/api' }), ...FREE }), board).holders).toEqual({
    staging: 'U0ASHA',
  });
});

it('is removed by force whoever holds it, and they are told', () => {
  const { outcome, change } = outcomeOf(release({ ...byOf({ person: 'U0BEN' }), ...FORCED }), ashas);

  expect(outcome).toBe('freed');
  expect(change.events).toMatchObject([
    { kind: 'forced', actor: 'U0BEN', other: 'U0ASHA', reason: 'on holiday' },
  ]);
});

it.each([
  {
    found: 'the present holder’s',
    board: boardOf({ locks: [lockOf({ holder: 'U0BEN' })] }),
    outcome: 'not_that_one',
  },
  { found: 'one’s own later one', board: ashas, outcome: 'not_that_one' },
  { found: 'none', board: boardOf(), outcome: 'over' },
])('is not freed by a stale button that finds $found', ({ board, outcome }) => {
  for (const how of [FREE, FORCED]) {
    expect(outcomeOf(release({ ...byOf(), ...how, only: 'an-earlier-one' }), board)).toMatchObject({
      outcome,
      unchanged: true,
    });
  }
});

it('is given up under a deployment too, also after its end', () => {
  const board = boardOf({ locks: [lockOf({ until: after(HOUR) })] });
  const moment = momentOf({ now: after(2 * HOUR), running: [runningOf()] });

  expect(outcomeOf(release({ ...byOf(), ...FREE }), board, moment)).toMatchObject({
    outcome: 'freed',
    events: ['freed'],
  });
});

it('is free, not freed, when its holder gives it up too late', () => {
  const board = boardOf({ locks: [lockOf({ until: after(HOUR) })] });

  expect(outcomeOf(release({ ...byOf(), ...FREE }), board, momentOf({ now: after(HOUR) }))).toMatchObject({
    outcome: 'free',
    events: ['expired'],
    holders: {},
  });
});

it('gives the next in the line their turn in the same step', () => {
  const board = boardOf({ locks: [lockOf()], line: [placeOf()] });

  expect(outcomeOf(release({ ...byOf(), ...FREE }), board)).toMatchObject({
    events: ['freed', 'turn'],
    holders: { staging: 'U0BEN' },
    line: [],
  });
});

it('gives up all of one person’s locks and warnings, and nobody else’s', () => {
  const board = boardOf({
    locks: [lockOf(), lockOf({ scope: 'staging/api' })],
    warnings: [warning, { ...warning, id: 'w-2', by: 'U0BEN' }],
  });

  const { change, events } = outcomeOf(releaseAll(byOf()), board);

  expect(events).toEqual(['freed', 'freed', 'warning_removed']);
  expect(new Set(change.events.map(({ id }) => id)).size).toBe(3);
  expect(change.answer.locks.map(({ scope }) => scope)).toEqual(['staging', 'staging/api']);
  expect(change.board).toMatchObject({ locks: [], warnings: [{ by: 'U0BEN' }] });
});

it.each([
  { who: 'its author', person: 'U0ASHA', how: FREE, ends: true },
  { who: 'another', person: 'U0BEN', how: FREE, ends: false },
  { who: 'an admin by force', person: 'U0BEN', how: FORCED, ends: true },
])('takes a warning away where nothing is locked, by $who: $ends', ({ person, how, ends }) => {
  const { outcome, change } = outcomeOf(
    release({ ...byOf({ person }), ...how }),
    boardOf({ warnings: [warning] }),
  );

  expect(outcome).toBe(ends ? 'freed' : 'free');
  expect(change.board.warnings).toHaveLength(ends ? 0 : 1);
});

it.each([
  { ended: { ...TIE, how: 'merged' as const }, events: ['merged'], holders: {} },
  { ended: { ...TIE, number: 13, how: 'merged' as const }, events: [], holders: { staging: 'U0ASHA' } },
  {
    ended: { ...TIE, repository: 'acme/web', how: 'merged' as const },
    events: [],
    holders: { staging: 'U0ASHA' },
  },
  { ended: { ...TIE, how: 'closed' as const }, events: ['closed'], holders: { staging: 'U0ASHA' } },
])('is tied to acme/api#12: $ended', ({ ended, events, holders }) => {
  const board = boardOf({ locks: [lockOf({ pullRequest: { ...TIE, asked: false } })] });

  expect(outcomeOf(pullRequestEnded(ended), board)).toMatchObject({ events, holders });
});

it('outlives the merge of its pull request under a deployment of its own scope, and goes after it', () => {
  const tied = { pullRequest: { ...TIE, asked: false } };
  const board = boardOf({ locks: [lockOf({ ...tied, scope: 'staging/api' })] });
  const merged = pullRequestEnded({ ...TIE, how: 'merged' });
  const at = (service: string) => momentOf({ now: after(HOUR), running: [runningOf({ service })] });

  expect(outcomeOf(merged, board, at('api')).unchanged).toBe(true);
  expect(outcomeOf(merged, board, at('web')).events).toEqual(['merged']);
});

it('asks once about a pull request that was closed; kept, it is tied no longer; merged after all, it goes', () => {
  const board = boardOf({ locks: [lockOf({ pullRequest: { ...TIE, asked: false } })] });
  const closed = pullRequestEnded({ ...TIE, how: 'closed' });
  const asked = outcomeOf(closed, board).change.board;

  expect(outcomeOf(closed, asked).unchanged).toBe(true);
  expect(outcomeOf(pullRequestEnded({ ...TIE, how: 'merged' }), asked).events).toEqual(['merged']);
  const kept = outcomeOf(keep({ ...byOf(), only: 'staging-of-U0ASHA' }), asked).change.board;
  expect(kept.locks).toMatchObject([{ holder: 'U0ASHA', pullRequest: null }]);
});

it('is kept by its holder’s button, which begins the reminder anew', () => {
  const moment = momentOf({
    now: after(HOUR),
    remindAt: (_holder, since) => new Date(since.getTime() + 4 * HOUR),
  });

  const { outcome, change } = outcomeOf(keep({ ...byOf(), only: 'staging-of-U0ASHA' }), ashas, moment);

  expect(outcome).toBe('kept');
  expect(change.board.locks).toMatchObject([{ remindAt: after(5 * HOUR), since: NOON }]);
});

it.each([
  { who: 'of somebody else', person: 'U0BEN', only: 'staging-of-U0ASHA' },
  { who: 'that is stale', person: 'U0ASHA', only: 'an-earlier-one' },
])('is not kept by a button $who', ({ person, only }) => {
  expect(outcomeOf(keep({ ...byOf({ person }), only }), ashas)).toMatchObject({
    outcome: 'over',
    unchanged: true,
  });
});
