import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { listUnleased } from '../../src/deployments/unleased.ts';
import { UnreadableError } from '../../src/errors.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { closeContexts } from '../support/context.ts';
import { type Running, running, sha } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running({ approvals: 1 });
  baton.target.state = 'success';
});

afterEach(async () => {
  closeContexts();
  await baton.close();
});

const [A, B, C] = [sha('a'), sha('b'), sha('c')];
const held = async (service?: string) =>
  (await listUnleased(baton.ctx.redis, 'staging', service)).map(({ id }) => id);

async function approved(id: string): Promise<void> {
  expect((await baton.say('U0BEN', `deploy approve ${id}`)).words).toContain('You approved');
  await baton.bring(id);
}

it('gives way to what was asked for later and is live now, and tells whoever asked', async () => {
  const older = await baton.ask('U0ASHA', A);
  const newer = await baton.ask('U0DANA', B);

  await approved(newer);

  const ended = await baton.load(older);
  expect(ended).toMatchObject({
    state: 'superseded',
    reason: 'superseded',
    summary: expect.stringContaining(newer),
  });
  expect(JSON.stringify(deploymentView(ended))).toContain('was superseded');
  const why = baton.ctx.queued.find(({ id }) => id === `${older}-why`);
  expect(why?.data).toMatchObject({ user: 'U0ASHA' });
  const { items } = await listAudit(baton.ctx.redis, { limit: 10 });
  expect(items).toContainEqual(
    expect.objectContaining({ action: 'deployment ended', subject: older, reason: 'superseded' }),
  );
  expect((await baton.say('U0BEN', `deploy approve ${older}`)).words).toContain('waits for no approval');
});

it('gives way beside one that cannot be read, which does so once it can', async () => {
  const [odd, older] = [await baton.ask('U0ASHA', A), await baton.ask('U0ASHA', C)];
  const newer = await baton.ask('U0DANA', B);
  const key = `baton:{staging}:deployment:${odd}`;
  const stored = (await baton.ctx.redis.get(key)) ?? '';
  await baton.say('U0BEN', `deploy approve ${newer}`);
  await baton.ctx.redis.set(key, '{');

  await expect(baton.bring(newer)).rejects.toThrow(UnreadableError);
  expect(await baton.load(older)).toMatchObject({ state: 'superseded' });

  await baton.ctx.redis.set(key, stored);
  expect(await baton.look(newer)).toBe('done');
  expect(await baton.load(odd)).toMatchObject({ state: 'superseded' });
});

it('stays when it was asked for later, for another service or elsewhere', async () => {
  const newer = await baton.ask('U0ASHA', A);
  const later = await baton.ask('U0DANA', C);
  const elsewhere = await baton.ask('U0DANA', B, 'production');

  await approved(newer);

  expect(await baton.load(later)).toMatchObject({ state: 'awaiting_approval' });
  expect(await baton.load(elsewhere)).toMatchObject({ state: 'awaiting_approval' });
});

it('stays when the newer one fails', async () => {
  const older = await baton.ask('U0ASHA', A);
  const newer = await baton.ask('U0DANA', B);
  baton.target.state = 'failure';

  await approved(newer);

  expect(await baton.load(newer)).toMatchObject({ state: 'failure' });
  expect(await baton.load(older)).toMatchObject({ state: 'awaiting_approval' });
});

it('gives way also when the worker died right after the success', async () => {
  const older = await baton.ask('U0ASHA', A);
  const newer = await baton.ask('U0DANA', B);
  await baton.say('U0BEN', `deploy approve ${newer}`);
  await baton.look(newer);
  await expect(baton.dieAtEnd(newer)).rejects.toThrow('killed');
  expect(await baton.load(newer)).toMatchObject({ state: 'success' });
  expect(await baton.load(older)).toMatchObject({ state: 'awaiting_approval' });

  await baton.look(newer);

  expect(await baton.load(older)).toMatchObject({ state: 'superseded' });
});

it('gives way or goes on as a whole when its approval comes at that moment', async () => {
  const older = await baton.ask('U0ASHA', A);
  const newer = await baton.ask('U0DANA', B);
  await baton.say('U0BEN', `deploy approve ${newer}`);
  await baton.look(newer);

  await Promise.all([baton.look(newer), baton.say('U0BEN', `deploy approve ${older}`)]);

  expect(await baton.load(newer)).toMatchObject({ state: 'success' });
  expect(['superseded', 'awaiting_approval']).toContain((await baton.load(older)).state);
  expect(await held()).toEqual((await baton.load(older)).state === 'superseded' ? [] : [older]);
});

describe('the list of what waits', () => {
  it('has what awaits approval or its turn, oldest first, and nothing that runs or is over', async () => {
    const first = await baton.ask('U0ASHA', A);
    const second = await baton.ask('U0DANA', B);
    expect(await held()).toEqual([first, second]);
    expect(await held('api')).toEqual([first, second]);
    expect(await held('web')).toEqual([]);

    await baton.say('U0BEN', `deploy approve ${first}`);
    await baton.look(first);
    expect(await baton.load(first)).toMatchObject({ state: 'in_progress' });
    expect(await held()).toEqual([second]);

    await baton.say('U0BEN', `deploy reject ${second}`);
    expect(await held()).toEqual([]);
    expect(await baton.ctx.redis.hgetall('baton:{staging}:held')).toEqual({});
  });

  it('is in “/deploy status”', async () => {
    const id = await baton.ask('U0ASHA', A);

    const { words } = await baton.say('U0CLEO', 'deploy status staging');

    expect(words).toMatch(/\*api\* waits for an approval: .*asked for by <@U0ASHA>/);
    expect(words).toContain(id);
  });

  it('has no more lines than people read', async () => {
    for (let index = 0; index < 7; index += 1) await baton.ask('U0ASHA', sha(String(index)));

    const { words } = await baton.say('U0CLEO', 'deploy status staging');

    expect(words.match(/waits for an approval/g)).toHaveLength(5);
    expect(words).toContain('and 2 more wait');
  });
});
