import { afterEach, expect, it } from '@jest/globals';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const SINCE = `<!date^${NOON.getTime() / 1_000}^`;

it('says of each environment that nothing is there yet', async () => {
  const { say } = baton();

  const reply = await say('U0CLEO', 'deploy status');

  expect(reply).toMatchObject({ to: 'caller', text: 'What is live on staging, production' });
  expect(reply.words).toContain('*staging*\n• *api*: nothing deployed yet\n• *web*: nothing deployed yet');
  expect(reply.words).toContain('*production*');
});

it('shows what is live and since when, who deploys what, and who holds a lock', async () => {
  const { ctx, say } = baton();
  await makeLive(ctx);
  await createDeployment(ctx.redis, wanted({ service: 'web', requestedBy: 'U0BEN', ref: 'v2' }));
  await say('U0ASHA', 'lock staging because load test');

  const { words } = await say('U0CLEO', 'deploy status staging');

  expect(words).toContain(`• *api*: \`main\` at \`bbbbbbb\` since ${SINCE}`);
  expect(words).toContain('• *web*: nothing deployed yet\n    :rocket: <@U0BEN> deploys `v2`');
  expect(words).toContain(`:lock: *staging* <@U0ASHA> since ${SINCE}`);
  expect(words).toContain(': “load test”');
  expect(words).not.toContain('*production*');
});

it('shows a service that has left the configuration while it is live', async () => {
  const { ctx, say } = baton();
  await makeLive(ctx, 'old');

  expect((await say('U0CLEO', 'deploy status staging')).words).toContain('• *old*: `main`');
});

it('says that a lock cannot be read and shows the rest all the same', async () => {
  const { ctx, say } = baton();
  await makeLive(ctx);
  await ctx.redis.set('baton:{staging}:lock', 'nonsense');

  const { words } = await say('U0CLEO', 'deploy status staging');

  expect(words).toContain('`lock_ambiguous`');
  expect(words).toContain('• *api*: `main`');
});

it('names the nearest environment when there is none of that name', async () => {
  const { say } = baton();

  const reply = await say('U0CLEO', 'deploy status stagign');

  expect(reply.words).toContain('There is no environment `stagign`');
  expect(reply.words).toContain('`/deploy status staging`');
  expect(reply.words).toContain('`unknown_environment`');
});

function baton() {
  const ctx = testContext();
  return { ctx, say: speaker(ctx) };
}

/** A deployment of the service that has ended with success. */
async function makeLive({ redis }: ReturnType<typeof testContext>, service = 'api'): Promise<void> {
  const created = await createDeployment(redis, wanted({ service }));
  if (created.kind === 'leased') throw new Error('leased');
  const { deployment } = created;
  const { id, ref, sha, requestedBy: by } = deployment;
  const live = { deployment: id, ref, sha, since: NOON, by, disturbed: false };
  const ended = { ...deployment, state: 'success' as const, runOver: true };
  await replaceDeployment(redis, deployment, ended, { freeLease: true, live });
}
