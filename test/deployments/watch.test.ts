import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { recordResult } from '../../src/deployments/result.ts';
import { listLeases } from '../../src/deployments/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { type Running, running, sha } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running({ start_within: '2m', timeout: '60m' });
});

afterEach(async () => {
  closeContexts();
  await baton.close();
});

const leased = async () => (await listLeases(baton.ctx.redis, 'staging')).has('api');
const told = (id: string) => baton.ctx.queued.filter(({ id: job }) => job === `${id}-silent`);
const message = async (id: string) => JSON.stringify(deploymentView(await baton.load(id)));

/** Its hook took it, and tells nothing by itself. */
async function blind(): Promise<string> {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  await baton.look(id);
  return id;
}

it('asks about a start that nobody has reported in time, once', async () => {
  const id = await blind();
  baton.at(119);
  expect(await baton.look(id)).toEqual({ againInSeconds: 1 });
  expect(told(id)).toEqual([]);

  baton.at(120);
  await baton.look(id);
  await baton.look(id);

  expect(told(id)).toHaveLength(1);
  expect(JSON.stringify(told(id)[0]?.data)).toContain('nothing has been heard of it');
  expect(await message(id)).toContain('Nothing has been heard of it since its start');
  expect(await baton.load(id)).toMatchObject({ state: 'in_progress' });
  expect(await leased()).toBe(true);
});

it('takes the question back when the target speaks after all', async () => {
  const id = await blind();
  baton.at(120);
  await baton.look(id);

  await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'in_progress' });
  await baton.look(id);

  expect(await message(id)).not.toContain('Nothing has been heard');
  expect(await baton.load(id)).toMatchObject({ silentAt: null, heardAt: expect.any(Date) });
});

it('asks nothing about what was heard once, whatever is heard later', async () => {
  const { id } = await baton.queued();
  await baton.look(id);
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ heardAt: expect.any(Date) });

  baton.at(600);
  await baton.look(id);

  expect(told(id)).toEqual([]);
});

it('asks again after a death between the question and its record, and it is told once', async () => {
  const id = await blind();
  baton.at(120);
  await expect(baton.dieAtEnd(id)).rejects.toThrow('killed');
  expect(await baton.load(id)).toMatchObject({ silentAt: null });

  await baton.look(id);

  expect(told(id)).toHaveLength(1);
});

it('counts the time-out from the start, not from the wait before it', async () => {
  const first = await baton.queued();
  await baton.look(first.id);
  await baton.say('U0ASHA', `deploy staging api@${sha('c')} --wait`);
  const waiting =
    baton.ctx.queued.findLast(({ queue, id }) => queue === 'deployments' && !id.includes('wake'))?.id ?? '';
  baton.at(3_500);
  baton.target.state = 'success';
  await baton.look(first.id);
  baton.target.state = 'in_progress';
  baton.at(7_000);
  await baton.look(waiting);
  expect(await baton.load(waiting)).toMatchObject({ state: 'in_progress' });

  baton.at(7_000 + 3_599);
  await baton.look(waiting);
  expect(await baton.load(waiting)).toMatchObject({ state: 'in_progress' });

  baton.at(7_000 + 3_600);
  await baton.look(waiting);
  expect(await baton.load(waiting)).toMatchObject({ state: 'failure', reason: 'timed_out', runOver: false });
  expect(await leased()).toBe(true);
  expect(await message(waiting)).toMatch(
    /timed out.*No end within 1h.*\*api\* stays blocked on \*staging\* until.*deploy cancel/,
  );

  baton.target.state = 'failure';
  await baton.look(waiting);
  expect(await baton.load(waiting)).toMatchObject({ reason: 'timed_out', lateEnd: 'failure', runOver: true });
  expect(await leased()).toBe(false);
});

it('looks again no later than its time is over', async () => {
  const id = await blind();
  baton.at(3_595);

  expect(await baton.look(id)).toEqual({ againInSeconds: 5 });
});

it('is live and not failed once a run that had timed out has succeeded', async () => {
  const id = await blind();
  baton.at(3_600);
  await baton.look(id);
  await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'success' });
  await baton.look(id);

  const words = await message(id);
  expect(words).toContain('is live, after it had timed out');
  expect(words).not.toMatch(/stays blocked|Retry/);
});

it('shows what the target says of a run that goes on, each time that it says something else', async () => {
  const id = await blind();
  for (const description of ['Building', 'Migrating']) {
    await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'in_progress', description });
    await baton.look(id);

    expect(await message(id)).toContain(description);
  }

  await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'in_progress' });
  await baton.look(id);

  expect(await message(id)).not.toContain('Migrating');
});

it('counts a run that is found after it was lost from the attempt to start it', async () => {
  baton.at(10);
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  baton.target.answer = 'reset';
  await baton.look(id);
  baton.at(600);
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ state: 'unknown' });

  await recordResult(baton.ctx, await baton.load(id), { fence: 1, state: 'in_progress' });
  await baton.look(id);
  const found = await baton.load(id);
  baton.at(3_610);
  await baton.look(id);

  expect(found).toMatchObject({ state: 'in_progress', startedAt: new Date(NOON.getTime() + 10_000) });
  expect(await baton.load(id)).toMatchObject({ state: 'failure', reason: 'timed_out' });
  expect(await message(id)).toContain('took 1 h');
});

it('does not take an outage for a run that was found again', async () => {
  const { id } = await baton.queued();
  await baton.look(id);
  baton.target.starts.length = 0; // the target has forgotten it
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ state: 'unknown' });

  await baton.target.close();
  await baton.look(id);

  expect(await baton.load(id)).toMatchObject({ state: 'unknown' });
});
