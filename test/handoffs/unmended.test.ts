import { afterEach, expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import type { Item } from '../../src/handoffs/digest.ts';
import { collectFacts } from '../../src/handoffs/facts.ts';
import { contentOf } from '../../src/handoffs/items.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { DUE, handoffConfig, minutesAfter } from '../support/handoffs.ts';

afterEach(closeContexts);

const DAY = 24 * 60;

it('tells a failure in full once, and then in few words under the same id, until something succeeds there', async () => {
  const { put, itemsAfter } = await world();
  await put({ state: 'failure', summary: 'exit code 1', endedAt: minutesAfter(-60) });

  const [first] = await itemsAfter(0);
  const [second, ...others] = await itemsAfter(DAY);
  const [later] = await itemsAfter(30 * DAY);
  await put({ state: 'success', endedAt: minutesAfter(30 * DAY) });

  expect(first).toMatchObject({ section: 'failed', said: expect.stringContaining('exit code 1') });
  expect(second).toEqual({
    ...first,
    section: 'unmended',
    what: 'main failed, not mended',
    said: '',
    next: 'Fix it and “/deploy staging api”',
  });
  expect(others).toEqual([]);
  expect(later).toEqual(second);
  expect(await itemsAfter(31 * DAY)).toEqual([]);
});

it('tells one line of a service, however often it failed', async () => {
  const { put, itemsAfter } = await world();
  for (const minute of [-90, -80, -70]) await put({ state: 'failure', endedAt: minutesAfter(minute) });

  expect(await itemsAfter(DAY)).toMatchObject([{ section: 'unmended', since: minutesAfter(-70) }]);
});

it('is done with a run that succeeded after it had timed out', async () => {
  const { put, itemsAfter } = await world();
  const endedAt = minutesAfter(-60);
  const since = minutesAfter(-50);
  await put({ state: 'failure', reason: 'timed_out', lateEnd: 'success', endedAt }, since);

  expect(await itemsAfter(0)).toEqual([]);
  expect(await itemsAfter(DAY)).toEqual([]);
});

it('forgets the failure of what is not deployed there any more', async () => {
  const { ctx, put, itemsAfter } = await world();
  await put({ state: 'failure', endedAt: minutesAfter(-60) });
  const { staging } = ctx.config.environments;
  if (staging === undefined) throw new Error('it is configured');
  ctx.config = {
    ...ctx.config,
    environments: { ...ctx.config.environments, staging: { ...staging, services: ['web'] } },
  };

  expect(await itemsAfter(DAY)).toEqual([]);
});

async function world() {
  const ctx: TestContext = testContext({ now: () => DUE });
  ctx.config = handoffConfig();
  /** `liveSince`: what it deployed is live from then on. */
  const put = async (overrides: Partial<Deployment>, liveSince?: Date) => {
    const createdAt = overrides.endedAt ?? DUE;
    const created = await createDeployment(ctx.redis, wanted({ createdAt, startedAt: createdAt }));
    if (created.kind === 'leased') throw new Error('it is free');
    const { id, ref, sha, requestedBy: by } = created.deployment;
    const live = { deployment: id, ref, sha, since: liveSince ?? DUE, by, disturbed: false };
    const after = { ...created.deployment, ...overrides };
    const change = { freeLease: true, ...(liveSince !== undefined && { live }) };
    await replaceDeployment(ctx.redis, created.deployment, after, change);
  };
  const itemsAfter = async (minutes: number): Promise<Item[]> => {
    const at = minutesAfter(minutes);
    const span = { since: minutesAfter(minutes - DAY), at, until: minutesAfter(minutes + DAY) };
    const wants = { span, from: 'bengaluru', to: 'us', notesOf: [] };
    return contentOf(await collectFacts(ctx, wants)).items;
  };
  return { ctx, put, itemsAfter };
}
