import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { recordResult } from '../../src/deployments/result.ts';
import { listLeases, replaceDeployment } from '../../src/deployments/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { receiver, type Receiver, says } from '../drivers/receiver.ts';
import { closeServers } from '../drivers/servers.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { type Running, running, sha } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running();
});

afterEach(async () => {
  closeContexts();
  await baton.close();
  await closeServers();
});

const leased = async () => (await listLeases(baton.ctx.redis, 'staging')).has('api');
const buttonsOf = (deployment: Parameters<typeof deploymentView>[0]) =>
  deploymentView(deployment).blocks.flatMap((block) =>
    block.type === 'actions' ? block.elements.map((one) => ('value' in one ? one.value : '')) : [],
  );

it('ends at once what has not been started, and frees its lease', async () => {
  const { id } = await baton.queued();

  const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

  expect(reply).toMatchObject({ to: 'caller', words: expect.stringContaining('was cancelled') });
  expect(await baton.load(id)).toMatchObject({
    state: 'cancelled',
    reason: 'cancelled',
    cancelledBy: 'U0ASHA',
  });
  expect(await leased()).toBe(false);
  await baton.look(id);
  expect(baton.target.starts).toEqual([]);
});

it('ends one that waits in the line, and its place is the next one’s', async () => {
  await baton.queued();
  await baton.say('U0ASHA', `deploy staging api@${sha('c')} --wait`, 'waits');
  const waiting = lastAsked();

  await baton.say('U0ASHA', `deploy cancel ${waiting}`);

  expect(await baton.load(waiting)).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  const board = await baton.ctx.redis.get('baton:{staging}:lock');
  expect(JSON.parse(board ?? '{}')).toMatchObject({ line: [] });
});

it('lets the start win or lose the race as a whole, never both', async () => {
  const { id } = await baton.queued();

  const [, reply] = await Promise.all([
    baton.look(id).catch(() => undefined),
    baton.say('U0ASHA', `deploy cancel ${id}`),
  ]);

  const { state } = await baton.load(id);
  const started = baton.target.starts.length;
  expect(state === 'cancelled' ? started : started - 1).toBe(0);
  expect(reply.words.includes('was cancelled')).toBe(state === 'cancelled');
});

it('leaves a start that is under way alone, and says so', async () => {
  const { id } = await baton.queued({ intendedAt: baton.ctx.now(), attemptedAt: baton.ctx.now() });
  const before = await baton.load(id);

  const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

  expect(reply.words).toMatch(/was not cancelled.*being started just now.*Try again/);
  expect(await baton.load(id)).toEqual(before);
  expect(await leased()).toBe(true);
});

it('does not call a start under way of which nobody can tell whether it began', async () => {
  const { id } = await baton.queued({ driverOptions: baton.driver({ status_url: undefined }) });
  baton.target.answer = 'reset';
  await baton.look(id);

  const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

  expect(reply.words).toMatch(/was not cancelled.*no status_url that could tell/);
});

describe('what runs', () => {
  let hook: Receiver;
  let answer: { status: number; body: string };

  beforeEach(async () => {
    answer = { status: 202, body: '' };
    hook = await receiver(
      (response, status) =>
        status
          ? says(200, '{"state":"in_progress"}')(response, true)
          : says(answer.status, answer.body)(response, false),
      { knows: true },
    );
  });

  const runs = () =>
    baton.queued({
      driverOptions: hook.options,
      state: 'in_progress',
      intendedAt: baton.ctx.now(),
      startedAt: baton.ctx.now(),
      run: 'its-run',
    });

  it('is asked to end, and stays blocked until its end is known', async () => {
    const { id } = await runs();

    const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

    expect(reply.words).toMatch(/was asked to end.*\n.*stays blocked/);
    const asked = await baton.load(id);
    expect(asked).toMatchObject({ state: 'in_progress', cancelledBy: 'U0ASHA' });
    expect(await leased()).toBe(true);
    expect(JSON.stringify(deploymentView(asked))).toContain(
      'has asked for its cancellation. *api* stays blocked on *staging* until the end of the run is known.',
    );
  });

  it('was cancelled when it fails after that, and the target may repeat itself', async () => {
    const { id, fence } = await runs();
    await baton.say('U0ASHA', `deploy cancel ${id}`);

    await recordResult(baton.ctx, await baton.load(id), { fence, state: 'failure' });
    await baton.look(id);

    expect(await baton.load(id)).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
    expect(await leased()).toBe(false);
    expect(await recordResult(baton.ctx, await baton.load(id), { fence, state: 'failure' })).toBe('known');
    expect(await recordResult(baton.ctx, await baton.load(id), { fence, state: 'success' })).toBe('conflict');
  });

  it('has succeeded when it succeeds after that', async () => {
    const { id, fence } = await runs();
    await baton.say('U0ASHA', `deploy cancel ${id}`);

    await recordResult(baton.ctx, await baton.load(id), { fence, state: 'success' });
    await baton.look(id);

    expect(await baton.load(id)).toMatchObject({ state: 'success', reason: null });
  });

  it('keeps the end that it had before the wish', async () => {
    const { id, fence } = await runs();
    await recordResult(baton.ctx, await baton.load(id), { fence, state: 'failure' });

    const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

    expect(reply.words).toContain('failed');
    expect(await baton.load(id)).toMatchObject({ state: 'failure', reason: 'driver_failed' });
  });

  it('goes on when its target cannot, with the reason and what to do', async () => {
    const { id } = await runs();
    answer = { status: 409, body: 'not in this phase' };

    const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

    expect(reply.words).toMatch(/was not cancelled.*not in this phase.*\n.*Stop it where it runs/);
    expect(await baton.load(id)).toMatchObject({ state: 'in_progress', cancelledBy: null });
    expect(await leased()).toBe(true);
  });

  it('may be cancelled after its time is over, too', async () => {
    const { id } = await runs();
    baton.at(3_700);
    await baton.look(id);
    expect(await baton.load(id)).toMatchObject({ state: 'failure', reason: 'timed_out', runOver: false });

    await baton.say('U0ASHA', `deploy cancel ${id}`);

    expect(await baton.load(id)).toMatchObject({ cancelledBy: 'U0ASHA', runOver: false });
    expect(await leased()).toBe(true);
  });
});

it.each(['success', 'failure'] as const)('ends with its %s at once what ran unrecorded', async (state) => {
  const { id } = await baton.queued();
  await baton.look(id);
  const started = await baton.load(id);
  const lost = { state: 'queued', run: null, startedAt: null } as const;
  await replaceDeployment(baton.ctx.redis, started, { ...started, ...lost });
  baton.at(60);
  baton.target.state = state;
  let asked = 0;
  const counting: typeof fetch = async (...request) => {
    asked += 1;
    return fetch(...request);
  };
  Object.assign(baton.ctx.driverTools, { fetch: counting });

  const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

  expect(reply.words).toContain(state === 'success' ? 'is live' : 'failed');
  expect(await baton.load(id)).toMatchObject({ state, cancelledBy: null, startedAt: NOON });
  expect(await leased()).toBe(false);
  expect(asked).toBeLessThanOrEqual(2);
});

it('says when it is over already', async () => {
  const { id } = await baton.queued();
  baton.target.state = 'success';
  await baton.bring(id);

  const reply = await baton.say('U0ASHA', `deploy cancel ${id}`);

  expect(reply.words).toMatch(/nothing to cancel: it is over.*is live/);
  expect(await baton.load(id)).toMatchObject({ state: 'success' });
});

it('is for whoever asked, and for admins', async () => {
  const { id } = await baton.queued();

  const refused = await baton.say('U0DANA', `deploy cancel ${id}`);
  expect(refused.words).toMatch(/Only admins of staging may cancel what others have asked for/);
  expect(await baton.load(id)).toMatchObject({ state: 'queued' });

  await baton.say('U0BEN', `deploy cancel ${id}`);
  expect(await baton.load(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'U0BEN' });
  const { items } = await listAudit(baton.ctx.redis, { limit: 10 });
  expect(items).toContainEqual(
    expect.objectContaining({ action: 'cancel', actor: 'U0BEN', outcome: 'forced', subject: id }),
  );
});

it('says the same when its job runs again', async () => {
  const { id } = await baton.queued();
  await baton.say('U0ASHA', `deploy cancel ${id}`, 'once');
  const before = await baton.load(id);

  expect((await baton.say('U0ASHA', `deploy cancel ${id}`, 'once')).words).toContain('was cancelled');

  expect(await baton.load(id)).toEqual(before);
  const { items } = await listAudit(baton.ctx.redis, { limit: 10 });
  expect(items.filter((entry) => 'action' in entry && entry.action === 'cancel')).toHaveLength(1);
});

it('frees the line when the worker died between the end and what follows from it', async () => {
  await baton.queued();
  await baton.say('U0ASHA', `deploy staging api@${sha('c')} --wait`);
  const waiting = await baton.load(lastAsked());
  const ended = { ...waiting, state: 'cancelled', reason: 'cancelled', runOver: true } as const;
  await replaceDeployment(baton.ctx.redis, waiting, { ...ended, endedAt: baton.ctx.now() });

  await baton.look(waiting.id);

  const board = await baton.ctx.redis.get('baton:{staging}:lock');
  expect(JSON.parse(board ?? '{}')).toMatchObject({ line: [] });
});

it.each([
  { state: 'queued', button: true },
  { state: 'in_progress', button: true },
  { state: 'unknown', button: true },
  { state: 'waiting', button: true },
  { state: 'awaiting_approval', button: true },
  { state: 'success', button: false },
  { state: 'failure', button: false },
] as const)('offers Cancel on the message of one that is $state: $button', async ({ state, button }) => {
  const deployment = { ...(await baton.queued()), state, runOver: !button };

  expect(buttonsOf(deployment).includes(`deploy cancel ${deployment.id}`)).toBe(button);
});

function lastAsked(): string {
  return baton.ctx.queued.filter(({ queue }) => queue === 'deployments').at(-1)?.id ?? '';
}
