import { describe, expect, it } from '@jest/globals';
import { CallbackBody, signatureOf, verifyCallback } from '../../src/drivers/callback.ts';

const BODY = '{"deployment":"staging-bcdfghjk","fence":7,"state":"success"}';

it('signs as the rest of the world does', () => {
  // The example of GitHub's documentation, whose scheme is the same.
  expect(signatureOf('Hello, World!', "It's a Secret to Everybody")).toBe(
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  );
});

describe('a callback is taken', () => {
  it.each([
    {
      from: 'whoever knows the secret',
      body: BODY,
      signature: signatureOf(BODY, 's3'),
      secret: 's3',
      taken: true,
    },
    { from: 'nobody', body: BODY, signature: undefined, secret: 's3', taken: false },
    { from: 'somebody else', body: BODY, signature: signatureOf(BODY, 's4'), secret: 's3', taken: false },
    {
      from: 'a changed body',
      body: `${BODY} `,
      signature: signatureOf(BODY, 's3'),
      secret: 's3',
      taken: false,
    },
    {
      from: 'a bare digest',
      body: BODY,
      signature: signatureOf(BODY, 's3').slice(7),
      secret: 's3',
      taken: false,
    },
    {
      from: 'capitals',
      body: BODY,
      signature: signatureOf(BODY, 's3').toUpperCase(),
      secret: 's3',
      taken: false,
    },
    { from: 'an empty secret', body: BODY, signature: signatureOf(BODY, ''), secret: '', taken: false },
  ])('from $from: $taken', ({ body, signature, secret, taken }) => {
    expect(verifyCallback(body, signature, secret)).toBe(taken);
    expect(verifyCallback(Buffer.from(body), signature, secret)).toBe(taken);
  });
});

describe('the body of a callback', () => {
  it('is read with what helps and without what could harm', () => {
    const body = {
      ...JSON.parse(BODY),
      url: 'javascript:alert(1)',
      log_url: 'https://ci.acme.example/1',
      more: 1,
    };

    expect(CallbackBody.parse({ ...body, description: 'all\n\u001b[31mgood\u202e' })).toEqual({
      deployment: 'staging-bcdfghjk',
      fence: 7,
      state: 'success',
      description: 'all good',
      log_url: 'https://ci.acme.example/1',
    });
  });

  it.each([
    { fence: '7' },
    { fence: 7.5 },
    { state: 'not_found' },
    { state: '__proto__' },
    { deployment: 5 },
  ])('is refused with %j', (wrong) => {
    expect(CallbackBody.safeParse({ ...JSON.parse(BODY), ...wrong }).success).toBe(false);
  });
});
