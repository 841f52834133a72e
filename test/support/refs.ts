import { expect } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import { UserError } from '../../src/errors.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { testGitHub } from './github.ts';

/** `acme/api` with two commits on `main`, the second of which is `main`; and the question that the tests are about. */
export async function refsWorld() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const main = addCommit(api, { message: 'Second', branch: 'main' });
  const resolve = (ref: Parameters<typeof resolveRef>[2]) => resolveRef(github, 'acme/api', ref);
  return { played, api, main, resolve };
}

/** What the question was refused with. */
export async function refusal(asking: Promise<unknown>): Promise<UserError> {
  const error: unknown = await asking.then(
    () => 'it was taken',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}
