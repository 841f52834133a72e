import { expect, it } from '@jest/globals';
import { RequestError } from 'octokit';
import { readFailure } from '../../src/github/failure.ts';
import { patiently } from '../../src/github/patiently.ts';

const ATTEMPT = { id: 'j1', again: true, last: false };
const LAST = { ...ATTEMPT, last: true };

it.each([
  { when: 'it has an outage', status: 503, attempt: LAST, comes: { againInSeconds: 300 } },
  { when: 'it refuses the credentials', status: 401, attempt: LAST, comes: { againInSeconds: 300 } },
  { when: 'attempts are left', status: 503, attempt: ATTEMPT, comes: undefined },
  { when: 'it refuses for good', status: 404, attempt: LAST, comes: undefined },
])('comes back to GitHub after the last attempt only where that helps: $when', async (row) => {
  const outcome = patiently(async () => Promise.reject(failure(row.status)), row.attempt);

  if (row.comes === undefined) await expect(outcome).rejects.toThrow();
  else expect(await outcome).toEqual(row.comes);
});

function failure(status: number): unknown {
  const request = { method: 'GET' as const, url: 'https://api.github.com/x', headers: {} };
  return readFailure(new RequestError('no', status, { request }), 'acme/api');
}
