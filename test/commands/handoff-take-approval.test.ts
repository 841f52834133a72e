import { afterEach, expect, it } from '@jest/globals';
import { recordDeployment } from '../../src/deployments/admission.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { findDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { closeContexts } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { DIGEST, DUE, handoffConfig, handoffWorld, minutesAfter } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('gives whoever may approve the buttons to do so', async () => {
  const { say, id, button } = await posted();

  const reply = await say('U0BEN', button);

  expect(reply.words).toContain('It is yours now');
  expect(reply.buttons).toEqual({ Approve: `deploy approve ${id}`, Reject: `deploy reject ${id}` });
});

it.each<[string, Partial<Deployment>, string]>([
  ['no approver', {}, 'You cannot approve it; <@U0BEN> can.'],
  ['no approver, nor anybody who was asked', { approvers: [] }, 'You cannot approve it; an approver of'],
])('says who may approve to somebody who is %s', async (_who, overrides, words) => {
  const { say, button } = await posted(overrides);

  const reply = await say('U0PIA', button);

  expect(reply.words).toContain(words);
  expect(reply.buttons).toEqual({});
});

it('offers no approval to whoever asked for the deployment', async () => {
  const { say, button } = await posted({ requestedBy: 'U0BEN', approvers: ['U0LEA'] });

  const reply = await say('U0BEN', button);

  expect(reply.words).toContain('You cannot approve it; <@U0LEA> can.');
  expect(reply.buttons).toEqual({});
});

it('says what became of a deployment that waits for nobody any more', async () => {
  const { ctx, say, id, button } = await posted();
  const waits = await findDeployment(ctx.redis, id);
  if (waits === undefined) throw new Error('it is there');
  await replaceDeployment(ctx.redis, waits, { ...waits, state: 'cancelled', endedAt: DUE });

  const reply = await say('U0BEN', button);

  expect(reply.words).toContain('It waits for no approval any more: it was cancelled.');
  expect(reply.buttons).toEqual({});
});

/** A digest that tells of one deployment which waits for an approval, and what its “Take over” types. */
async function posted(overrides: Partial<Deployment> = {}) {
  const roles = { deployer: ['U0ASHA', 'U0BEN'], approver: ['U0BEN', 'U0LEA'], admin: [] };
  const world = await handoffWorld(handoffConfig({ roles }));
  const waits = wanted({
    state: 'awaiting_approval',
    approvalsNeeded: 1,
    approvers: ['U0BEN'],
    createdAt: minutesAfter(-30),
    ...overrides,
  });
  await recordDeployment(world.ctx.redis, waits);
  await world.at(minutesAfter(1));
  const [item] = (await world.digest())?.content?.items ?? [];
  const button = `handoff take ${DIGEST} --item ${item?.id}`;
  return { ...world, say: speaker(world.ctx), id: waits.id, button };
}
