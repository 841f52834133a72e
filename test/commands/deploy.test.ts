import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import {
  createDeployment,
  listDeployments,
  listLeases,
  loadDeployment,
  replaceDeployment,
} from '../../src/deployments/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const SHA = 'c0ffee'.repeat(6).padEnd(40, '0');
const driver = { type: 'command' as const, argv: ['true'] };

it('records the deployment with its lease, queues its start and its message, and tells the trail', async () => {
  const { ctx, say } = baton();

  const reply = await say('U0ASHA', `deploy staging api@${SHA}`, 'first');

  expect(reply.to).toBe('none');
  const id = deploymentIdFor('staging', 'c-first');
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    service: 'api',
    repository: 'acme/api',
    ref: SHA,
    sha: SHA,
    state: 'queued',
    requestedBy: 'U0ASHA',
    driver: 'webhook',
    channel: 'C0TYPED',
    fence: 1,
  });
  expect((await listLeases(ctx.redis, 'staging')).get('api')).toMatchObject({ deployment: id, fence: 1 });
  expect(ctx.queued.map(({ queue, id: job }) => `${queue} ${job}`)).toEqual([
    `deployments ${id}`,
    `messages ${id}-1`,
    `reports ${id}-1`,
  ]);
  expect(await audited(ctx)).toEqual([`U0ASHA deploy ${id} accepted null`]);
});

it('asks for one deployment however often the same command runs', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', `deploy staging api@${SHA}`, 'same');
  const before = { queued: [...ctx.queued], audited: await audited(ctx) };

  expect((await say('U0ASHA', `deploy staging api@${SHA}`, 'same')).to).toBe('none');

  expect({ queued: ctx.queued, audited: await audited(ctx) }).toEqual(before);
  expect(await deployed(ctx)).toHaveLength(1);
});

it('finds its own deployment when the command runs once more after the end', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', `deploy staging api@${SHA}`, 'same');
  const [before] = await deployed(ctx);
  if (before === undefined) throw new Error('it was just asked for');
  const live = {
    deployment: before.id,
    ref: SHA,
    sha: SHA,
    since: ctx.now(),
    by: 'U0ASHA',
    disturbed: false,
  };
  const ended = { ...before, state: 'success' as const, runOver: true };
  await replaceDeployment(ctx.redis, before, ended, { freeLease: true, live });

  expect((await say('U0ASHA', `deploy staging api@${SHA}`, 'same')).to).toBe('none');
  expect((await audited(ctx)).filter((entry) => entry.includes('refused'))).toEqual([]);
});

it('deploys the first service of the environment when none is named', async () => {
  const { ctx, say } = baton();

  await say('U0ASHA', `deploy staging@${SHA}`);

  expect((await deployed(ctx)).map(({ service }) => service)).toEqual(['api']);
});

it.each([
  { where: 'staging', user: 'U0ASHA', channel: 'C0TYPED', to: 'none', text: '' },
  {
    where: 'production',
    user: 'U0BEN',
    channel: 'C0PROD',
    to: 'caller',
    text: 'api on production is queued',
  },
])('tells of a deployment to $where in $channel', async ({ where, user, channel, to, text }) => {
  const { ctx, say } = baton();

  const reply = await say(user, `deploy ${where} api@${SHA}`);

  expect(reply).toMatchObject({ to, text });
  expect((await deployed(ctx, where))[0]).toMatchObject({ channel });
  if (to === 'caller') expect(reply.words).toContain('Follow it in <#C0PROD>');
});

it('refuses whoever is no deployer there, before it asks GitHub anything', async () => {
  const { ctx, say } = baton();

  const reply = await say('U0ASHA', 'deploy production api@main');

  expect(reply).toMatchObject({ to: 'caller', text: 'Not deployed: api on production' });
  expect(reply.words).toContain('Only deployers of *production* may deploy to it');
  expect(reply.words).toContain('`not_allowed` · reference');
  await expectNothingDone(ctx, 'production');
  expect(await audited(ctx)).toEqual(['U0ASHA deploy production/api refused not_allowed']);
});

it.each(['staging', 'staging/api'])(
  'is held off by somebody else’s lock on %s, and not by one’s own',
  async (scope) => {
    const { ctx, say } = baton();
    await say('U0BEN', `lock ${scope} because load test`);
    ctx.queued.length = 0;

    const reply = await say('U0ASHA', `deploy staging api@${SHA}`);

    expect(reply.to).toBe('caller');
    expect(reply.words).toContain(`<@U0BEN> has locked *${scope}* since`);
    expect(reply.words).toContain(`ask <@U0BEN> for \`/unlock ${scope}\``);
    expect(reply.words).toContain('because “load test”');
    expect(reply.words).toContain('`locked` · reference');
    await expectNothingDone(ctx);
    expect((await audited(ctx))[0]).toBe('U0ASHA deploy staging/api refused locked');
    expect((await say('U0BEN', `deploy staging api@${SHA}`)).to).toBe('none');
  },
);

it('is not held off by a lock on another service', async () => {
  const { say } = baton();
  await say('U0BEN', 'lock staging/web');

  expect((await say('U0ASHA', `deploy staging api@${SHA}`)).to).toBe('none');
});

it('is held off by a lock that cannot be read', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set('baton:{staging}:lock', 'nonsense');

  const reply = await say('U0ASHA', `deploy staging api@${SHA}`);

  expect(reply.words).toContain('`lock_ambiguous`');
  await expectNothingDone(ctx);
});

it('names who deploys what already, and leaves the other services free', async () => {
  const { ctx, say } = baton();
  await say('U0BEN', `deploy staging api@${SHA}`);

  const reply = await say('U0ASHA', `deploy staging api@${SHA}`);

  expect(reply.to).toBe('caller');
  expect(reply.words).toContain(`<@U0BEN> deploys \`${SHA}\``);
  expect(reply.words).toContain('`deployment_running` · reference');
  expect(await deployed(ctx)).toHaveLength(1);
  expect((await audited(ctx))[0]).toBe('U0ASHA deploy staging/api refused deployment_running');
  expect((await say('U0ASHA', `deploy staging web@${SHA}`)).to).toBe('none');
});

it('does not deploy what is live already', async () => {
  const { ctx, say } = baton();
  const live = { deployment: 'staging-bbbbbbbb', ref: 'main', sha: SHA, since: ctx.now(), by: 'U0BEN' };
  await ctx.redis.hset('baton:{staging}:live', 'api', JSON.stringify(live));

  const reply = await say('U0ASHA', `deploy staging api@${SHA}`);

  expect(reply.words).toContain('It is already live: `main` at `c0ffeec`');
  expect(reply.words).toContain('`already_live` · reference');
  await expectNothingDone(ctx);
});

it.each([
  {
    rule: { promote_from: 'staging' },
    says: 'takes only what is live on *staging*, and nothing is live there yet',
    reason: 'not_promoted',
  },
  {
    rule: {
      freezes: [{ from: '2030-01-15T11:00', to: '2030-01-15T13:00', timezone: 'UTC', reason: 'noon' }],
    },
    says: 'is frozen until',
    reason: 'frozen',
  },
  {
    rule: { checks: ['build'] },
    says: 'GitHub could not be asked for the checks',
    reason: 'checks_unreadable',
  },
])('deploys nothing where $reason stands in the way', async ({ rule, says, reason }) => {
  const staging = { services: ['api'], driver };
  const { ctx, say } = baton({ environments: { staging, gated: { services: ['api'], driver, ...rule } } });

  const reply = await say('U0ASHA', `deploy gated api@${SHA}`);

  expect(reply.words).toContain(says);
  expect(reply.words).toContain(`\`${reason}\` · reference`);
  await expectNothingDone(ctx, 'gated');
  expect(await audited(ctx)).toEqual([`U0ASHA deploy gated/api refused ${reason}`]);
});

it('tells all that stands in the way at once', async () => {
  const { ctx, say } = baton();
  await createDeployment(ctx.redis, wanted({ requestedBy: 'U0BEN' }));
  await say('U0BEN', 'lock staging');

  expect((await say('U0ASHA', `deploy staging api@${SHA}`)).words).toContain(
    '`locked` · `deployment_running`',
  );
});

it('changes nothing in a dry run, and says what it would do', async () => {
  const { ctx, say } = baton();

  const free = await say('U0ASHA', `deploy staging api@${SHA} --dry-run`);
  expect(free.to).toBe('caller');
  expect(free.words).toContain('It would deploy *api* to *staging*');
  expect(free.words).toContain('Nothing stands in the way');
  await expectNothingDone(ctx);
  expect(await audited(ctx)).toEqual([]);

  await say('U0BEN', 'lock staging because load test');
  const locked = await say('U0ASHA', `deploy staging api@${SHA} --dry-run`);
  expect(locked.words).toContain('It would be refused');
  expect(locked.words).toContain('<@U0BEN> has locked *staging* since');
  expect(locked.words).toContain('`locked` · The gates are asked again when you deploy.');
  expect(await deployed(ctx)).toEqual([]);
});

it('takes only a whole sha where GitHub is off', async () => {
  const { ctx, say } = baton();

  const reply = await say('U0ASHA', 'deploy staging api@main');

  expect(reply.words).toContain('GitHub is off');
  expect(reply.words).toContain('Type the whole sha.');
  expect(reply.words).toContain('`ref_not_found`');
  await expectNothingDone(ctx);
});

function baton(config: Parameters<typeof testConfig>[0] = {}) {
  const ctx = testContext({ config: testConfig(config) });
  return { ctx, say: speaker(ctx) };
}

async function deployed(ctx: TestContext, environment = 'staging') {
  return (await listDeployments(ctx.redis, { environments: [environment], limit: 10 })).items;
}

async function expectNothingDone(ctx: TestContext, environment = 'staging'): Promise<void> {
  expect(await deployed(ctx, environment)).toEqual([]);
  expect((await listLeases(ctx.redis, environment)).size).toBe(0);
  expect(ctx.queued).toEqual([]);
}

/** Newest first: actor, action, subject, outcome, reason. */
async function audited(ctx: TestContext): Promise<string[]> {
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  return items.map((entry) =>
    'actor' in entry
      ? [entry.actor, entry.action, entry.subject, entry.outcome, entry.reason].map(String).join(' ')
      : 'unreadable',
  );
}
