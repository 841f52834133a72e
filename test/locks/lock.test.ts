import { expect, it } from '@jest/globals';
import { type Lock, lockIdFor, lockInTheWay } from '../../src/locks/lock.ts';
import { NOON } from '../support/context.ts';

const ashas = lockOn('staging', 'U0ASHA');
const bens = lockOn('staging', 'U0BEN');
const bensOnApi = lockOn('staging/api', 'U0BEN');

it.each<{ when: string; locks: Lock[]; service: string; inTheWay: Lock | undefined }>([
  { when: 'nothing is locked', locks: [], service: 'api', inTheWay: undefined },
  { when: 'the person holds the environment', locks: [ashas], service: 'api', inTheWay: undefined },
  { when: 'another holds the environment', locks: [bens], service: 'api', inTheWay: bens },
  { when: 'another holds the service', locks: [bensOnApi], service: 'api', inTheWay: bensOnApi },
  { when: 'another holds another service', locks: [bensOnApi], service: 'web', inTheWay: undefined },
  { when: 'another holds both', locks: [bensOnApi, bens], service: 'api', inTheWay: bens },
  {
    when: 'the person holds the environment, another the service',
    locks: [ashas, bensOnApi],
    service: 'api',
    inTheWay: bensOnApi,
  },
])('lets people deploy under their own lock only: $when', ({ locks, service, inTheWay }) => {
  expect(lockInTheWay(locks, service, 'U0ASHA')).toBe(inTheWay);
});

it('has the same id for the same command, and another for another', () => {
  expect(lockIdFor('staging', 'c-1')).toBe(lockIdFor('staging', 'c-1'));
  expect(lockIdFor('staging', 'c-1')).not.toBe(lockIdFor('staging', 'c-2'));
  expect(lockIdFor('staging', 'c-1')).not.toBe(lockIdFor('staging/api', 'c-1'));
});

function lockOn(scope: string, holder: string): Lock {
  return { version: 1, id: `${scope}-${holder}`, scope, holder, reason: '', since: NOON, until: null };
}
