import { expect, it } from '@jest/globals';
import { byPrecedence, type Lock, lockIdFor, lockInTheWay, overlap } from '../../src/locks/lock.ts';
import { lockOf } from '../support/locks.ts';

const ashas = lockOf({ holder: 'U0ASHA' });
const bens = lockOf({ holder: 'U0BEN' });
const bensOnApi = lockOf({ scope: 'staging/api', holder: 'U0BEN' });
const bensOnAll = lockOf({ scope: 'all', holder: 'U0BEN' });
const ashasOnAll = lockOf({ scope: 'all', holder: 'U0ASHA' });

it.each<{ when: string; locks: Lock[]; service: string; inTheWay: Lock | undefined }>([
  { when: 'nothing is locked', locks: [], service: 'api', inTheWay: undefined },
  { when: 'the person holds the environment', locks: [ashas], service: 'api', inTheWay: undefined },
  { when: 'another holds the environment', locks: [bens], service: 'api', inTheWay: bens },
  { when: 'another holds the service', locks: [bensOnApi], service: 'api', inTheWay: bensOnApi },
  { when: 'another holds another service', locks: [bensOnApi], service: 'web', inTheWay: undefined },
  { when: 'another holds both', locks: [bensOnApi, bens], service: 'api', inTheWay: bens },
  {
    when: 'another holds all three',
    locks: [bensOnApi, bens, bensOnAll],
    service: 'api',
    inTheWay: bensOnAll,
  },
  { when: 'another holds everything', locks: [bensOnAll], service: 'web', inTheWay: bensOnAll },
  { when: 'the person holds everything', locks: [ashasOnAll], service: 'web', inTheWay: undefined },
  {
    when: 'the person holds everything, another the service',
    locks: [ashasOnAll, bensOnApi],
    service: 'api',
    inTheWay: bensOnApi,
  },
  {
    when: 'the person holds the environment, another the service',
    locks: [ashas, bensOnApi],
    service: 'api',
    inTheWay: bensOnApi,
  },
])('lets people deploy under their own lock only: $when', ({ locks, service, inTheWay }) => {
  expect(lockInTheWay(locks, service, 'U0ASHA')).toBe(inTheWay);
});

it('puts the global lock before environments, and these before services', () => {
  expect([bensOnApi, bens, bensOnAll].toSorted(byPrecedence)).toEqual([bensOnAll, bens, bensOnApi]);
});

it.each([
  ['all', 'staging/api', true],
  ['staging', 'staging', true],
  ['staging', 'staging/api', true],
  ['staging/api', 'staging/web', false],
  ['staging', 'staging2', false],
  ['staging', 'production', false],
])('claims of %s and %s overlap: %s', (one, other, does) => {
  expect(overlap(one, other)).toBe(does);
  expect(overlap(other, one)).toBe(does);
});

it('has the same id for the same command, and another for another', () => {
  expect(lockIdFor('staging', 'c-1')).toBe(lockIdFor('staging', 'c-1'));
  expect(lockIdFor('staging', 'c-1')).not.toBe(lockIdFor('staging', 'c-2'));
  expect(lockIdFor('staging', 'c-1')).not.toBe(lockIdFor('staging/api', 'c-1'));
});
