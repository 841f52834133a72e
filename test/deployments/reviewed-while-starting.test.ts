import { afterEach, expect, it } from '@jest/globals';
import { review } from '../../src/deployments/review.ts';
import { listLeases, listLive } from '../../src/deployments/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { closeContexts } from '../support/context.ts';
import { type Running, running } from '../support/running.ts';

let baton: Running | undefined;

afterEach(async () => {
  closeContexts();
  await baton?.close();
});

it('records what a start came to although somebody reviews its break-glass meanwhile', async () => {
  baton = await running();
  const { ctx, target } = baton;
  const breakGlass = { reason: 'customers cannot log in', reviewedBy: null, reviewedAt: null };
  const driverOptions = baton.driver({ status_url: undefined });
  const { id } = await baton.queued({ driverOptions, breakGlass, requestedBy: 'U0ASHA' });
  target.answer = { status: 200, body: { state: 'success' } };
  const { fetch: send } = ctx.driverTools;
  const fetch: typeof send = async (...request) => {
    await review(ctx, id, 'U0BEN');
    return send(...request);
  };

  const starting = { ...ctx, driverTools: { ...ctx.driverTools, fetch } };
  await deploy.run(
    starting,
    { version: 1, deployment: id, reference: 'r' },
    { id, again: false, last: false },
  );

  expect(await baton.load(id)).toMatchObject({ state: 'success', breakGlass: { reviewedBy: 'U0BEN' } });
  expect((await listLive(ctx.redis, 'staging')).get('api')).toMatchObject({ deployment: id });
  expect(await listLeases(ctx.redis, 'staging')).toEqual(new Map());
});
