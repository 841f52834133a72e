import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import { readBoard } from '../../src/locks/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { ROLES } from '../support/locks-typed.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const SHA = 'a'.repeat(40);

it('is refused at once for what waiting does not mend', async () => {
  const { ctx, say } = typing();
  await say('U0ASHA', 'lock staging');
  const live = { deployment: 'staging-x', ref: 'main', sha: SHA, since: ctx.now(), by: 'U0ASHA' };
  await ctx.redis.hset('baton:{staging}:live', 'api', JSON.stringify(live));

  const reply = await say('U0BEN', `deploy staging api@${SHA} --wait`);

  expect(reply.words).toContain('`locked` · `already_live`');
  expect(reply.buttons).toEqual({});
  expect((await readBoard(ctx.redis, 'staging')).board.line).toEqual([]);
});

it('says where to follow it when its message is in another channel', async () => {
  const { ctx, say } = typing();
  ctx.config = testConfig({
    roles: ROLES,
    environments: {
      staging: { services: ['api'], driver: { type: 'command', argv: ['true'] }, channel: 'C0STG' },
    },
  });
  await say('U0ASHA', 'lock staging');

  const { words } = await say('U0BEN', `deploy staging api@${SHA} --wait`, 'one');

  expect(words).toContain(
    `*api* on *staging* waits for its turn as \`${deploymentIdFor('staging', 'c-one')}\`. Follow it in <#C0STG>.`,
  );
});

it('gives a person one place in the line for one commit, and shows it when they ask again', async () => {
  const { ctx, say } = typing();
  await say('U0ASHA', 'lock staging');
  await say('U0CLEO', `deploy staging api@${SHA} --wait`, 'first');
  await say('U0BEN', `deploy staging api@${SHA} --wait`, 'one');

  const again = await say('U0BEN', `deploy staging api@${SHA} --wait`, 'two');
  const other = `deploy staging api@${'b'.repeat(40)} --wait`;
  await say('U0BEN', other, 'three');

  const id = (command: string) => deploymentIdFor('staging', `c-${command}`);
  expect(again).toMatchObject({ to: 'caller', text: 'You wait for api on staging already' });
  expect(again.words).toContain(`number 2 in the line as \`${id('one')}\``);
  const { line } = (await readBoard(ctx.redis, 'staging')).board;
  expect(line.map(({ deployment }) => deployment)).toEqual(['first', 'one', 'three'].map(id));
  expect((await listDeployments(ctx.redis, { environments: ['staging'], limit: 9 })).items).toHaveLength(3);
  const { items } = await listAudit(ctx.redis, { limit: 9 });
  expect(items).toContainEqual(expect.objectContaining({ id: 'c-two', subject: id('one') }));
});

it('gives one place for such commands at the same moment, however they meet', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { ctx, say } = typing();
    await say('U0ASHA', 'lock staging');

    const replies = await Promise.all(
      ['one', 'two', 'three'].map((command) => say('U0BEN', `deploy staging api@${SHA} --wait`, command)),
    );

    const { line } = (await readBoard(ctx.redis, 'staging')).board;
    expect(line).toHaveLength(1);
    const { items } = await listDeployments(ctx.redis, { environments: ['staging'], limit: 9 });
    expect(items.map(({ id }) => id)).toEqual([line[0]?.deployment]);
    const others = replies.filter(({ words }) => words.includes('waits for you already'));
    expect(others).toHaveLength(2);
    for (const { words } of others) expect(words).toContain(`\`${line[0]?.deployment}\``);
  }
});

it('has a new place at once for whoever has left the line', async () => {
  const { ctx, say } = typing();
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${SHA} --wait`, 'one');
  await say('U0BEN', `deploy cancel ${deploymentIdFor('staging', 'c-one')}`);

  await say('U0BEN', `deploy staging api@${SHA} --wait`, 'two');

  const { line } = (await readBoard(ctx.redis, 'staging')).board;
  expect(line.map(({ deployment }) => deployment)).toEqual([deploymentIdFor('staging', 'c-two')]);
});

it('has a place of its own for the same commit with the glass broken', async () => {
  const { ctx, say } = typing();
  await say('U0ASHA', `deploy staging api@${'b'.repeat(40)}`);
  await say('U0BEN', `deploy staging api@${SHA} --wait`, 'plain');

  await say('U0BEN', `deploy staging api@${SHA} --wait --break-glass because fire`, 'glass');

  const { line } = (await readBoard(ctx.redis, 'staging')).board;
  const ids = ['plain', 'glass'].map((command) => deploymentIdFor('staging', `c-${command}`));
  expect(line.map(({ deployment }) => deployment)).toEqual(ids);
  const { items } = await listAudit(ctx.redis, { limit: 9 });
  expect(items).toContainEqual(expect.objectContaining({ subject: ids[1], outcome: 'forced' }));
});

function typing() {
  const ctx = testContext();
  ctx.config = testConfig({ roles: ROLES });
  return { ctx, say: speaker(ctx) };
}
