import { afterEach, expect, it } from '@jest/globals';
import { createDeployment } from '../../src/deployments/store.ts';
import { sweep } from '../../workers/sweep.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';

afterEach(closeContexts);

const ATTEMPT = { id: 'sweep', again: false, last: true };

it.each([
  { after: 29, looks: 0 },
  { after: 30, looks: 1 },
  { after: 59, looks: 1 },
  { after: 60, looks: 2 },
])('has looked $looks times at a lease after $after s', async ({ after, looks }) => {
  const ctx = testContext();
  await createDeployment(ctx.redis, wanted());

  for (let second = 0; second <= after; second += 1) {
    ctx.now = () => new Date(NOON.getTime() + second * 1_000);
    await sweep.run(ctx, { version: 1 }, ATTEMPT);
  }

  expect(ctx.queued.filter(({ queue }) => queue === 'deployments')).toHaveLength(looks);
});
