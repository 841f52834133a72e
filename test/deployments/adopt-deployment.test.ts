import { afterEach, expect, it } from '@jest/globals';
import { adoptDeployment } from '../../src/deployments/adopt-deployment.ts';
import { findLease, loadDeployment } from '../../src/deployments/store.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { deployment } from '../support/deployment.ts';

afterEach(closeContexts);

it('leaves a record that is there as it is', async () => {
  const redis = testRedis();
  const known = deployment({ state: 'in_progress', run: 'run-7', fence: 3, revision: 4 });
  await adoptDeployment(redis, known, { lease: true });

  const adopted = await adoptDeployment(redis, { ...known, state: 'unknown', run: null }, { lease: true });

  expect(adopted).toMatchObject({ state: 'in_progress', run: 'run-7', revision: 4 });
  expect(await loadDeployment(redis, known.id)).toEqual(adopted);
});

it('takes a lease from a lower fence, and never from a higher one', async () => {
  const redis = testRedis();
  const holderAfter = async (fence: number) => {
    await adoptDeployment(redis, deployment({ state: 'unknown', fence }), { lease: true });
    return (await findLease(redis, 'staging', 'api'))?.fence;
  };

  expect(await holderAfter(5)).toBe(5);
  expect(await holderAfter(4)).toBe(5);
  expect(await holderAfter(6)).toBe(6);
});
