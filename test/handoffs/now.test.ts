import { afterEach, expect, it } from '@jest/globals';
import { previewOf } from '../../src/handoffs/now.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { handoffConfig, minutesAfter } from '../support/handoffs.ts';

afterEach(closeContexts);

it('previews the first digest from a day before now, also when it is due after a weekend', async () => {
  const saturday = minutesAfter(-50 * 60);
  const ctx = testContext({ now: () => saturday });
  ctx.config = handoffConfig();

  const preview = await previewOf(ctx, 'bengaluru');

  expect(preview?.content.since).toEqual(minutesAfter(-24 * 60, saturday));
});
