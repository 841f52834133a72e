import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { commands } from '../../commands/index.ts';
import { listAudit } from '../../src/audit/store.ts';
import type { Config } from '../../src/config/schema.ts';
import { type Deployment, deploymentIdFor } from '../../src/deployments/deployment.ts';
import { loadDeployment } from '../../src/deployments/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { parse } from '../../src/slack/parse.ts';
import { deploy } from '../../workers/deploy.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, PEOPLE, person, type TestContext, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';
import { startTarget, type Target } from '../support/target.ts';

const SHA = 'a'.repeat(40);
const PEOPLE_BEFORE = { ...PEOPLE };
let target: Target;
let ctx: TestContext;
let say: ReturnType<typeof speaker>;

beforeEach(async () => {
  Object.assign(PEOPLE, { U0DREW: person({ id: 'U0DREW' }) });
  target = await startTarget();
  ctx = testContext();
  ctx.config = configured(2);
  say = speaker(ctx);
});

afterEach(async () => {
  Object.assign(PEOPLE, PEOPLE_BEFORE);
  closeContexts();
  await target.close();
});

it('asks nobody any more once enough have agreed, by the rule of today', async () => {
  const { id } = await ask();
  const words = async () => JSON.stringify(deploymentView(await loadDeployment(ctx.redis, id)).blocks);
  expect(await words()).toContain('may approve it');
  ctx.config = configured(1);

  await say('U0BEN', `deploy approve ${id}`);

  expect(await words()).toContain('Approved by <@U0BEN> (1 of 1 approvals).');
  expect(await words()).not.toContain('may approve it');
});

it('does not call a dry run refused that would wait for approvals', async () => {
  const { words } = await say('U0ASHA', `deploy production api@${SHA} --dry-run`);

  expect(words).toContain('It would wait for approvals:\n• It needs 2 approvals');
});

it('names others who may approve, also groups and people without an entry, and never who asked', async () => {
  const { id } = await ask();
  ctx.config = {
    ...ctx.config,
    roles: { ...ctx.config.roles, approver: ['U0ASHA', 'U0BEN', 'U0DREW', 'S0RELMGRS'] },
  };

  const { words } = await say('U0CLEO', `deploy approve ${id}`);

  expect(words).toContain('Only approvers of production may approve for production, and you are not one.');
  expect(words).toContain('Ask one of those who may: <@U0BEN>, <@U0DREW>, <!subteam^S0RELMGRS>.');
});

it('says that nobody may approve where only who asked is an approver', async () => {
  const { id } = await ask();
  ctx.config = { ...ctx.config, roles: { ...ctx.config.roles, approver: ['U0ASHA'] } };

  const { words } = await say('U0CLEO', `deploy approve ${id}`);

  expect(words).toContain('The configuration lists no approver of production who may.');
});

it('counts nobody any more who turns out to be the requester by another account', async () => {
  const { id } = await ask();
  await say('U0BEN', `deploy approve ${id}`);
  await say('U0CLEO', `deploy approve ${id}`);
  const people = [...ctx.config.people, { name: 'Asha too', slack: 'U0CLEO', github: 'asha-k' }];
  ctx.config = { ...ctx.config, people };

  await look(id);

  expect(target.starts).toEqual([]);
  expect((await loadDeployment(ctx.redis, id)).state).toBe('awaiting_approval');
});

it('counts nobody any more who has left since, or is no longer in the group of approvers', async () => {
  const roles = { ...configured(1).roles, approver: ['S0RELMGRS', 'U0CLEO'] };
  ctx.config = { ...configured(1), roles };
  let members = ['U0BEN'];
  ctx.slack.listGroupMembers = async () => members;
  const one = await ask();
  const two = await ask();
  await say('U0BEN', `deploy approve ${one.id}`);
  await say('U0CLEO', `deploy approve ${two.id}`);
  members = [];
  Object.assign(PEOPLE, { U0CLEO: person({ id: 'U0CLEO', barred: 'deleted' }) });

  await look(one.id);
  await look(two.id);

  expect(target.starts).toEqual([]);
});

it('counts no approval any more that is too old when the turn in the line comes', async () => {
  await say('U0BEN', 'lock production');
  await say('U0ASHA', `deploy production api@${SHA} --wait`, 'late');
  const id = deploymentIdFor('production', 'c-late');
  await say('U0BEN', `deploy approve ${id}`);
  await say('U0CLEO', `deploy approve ${id}`);
  await look(id);
  expect((await loadDeployment(ctx.redis, id)).state).toBe('waiting');
  await say('U0BEN', 'unlock production');
  ctx.now = () => new Date(NOON.getTime() + 86_400_000);

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    state: 'cancelled',
    reason: 'approval_required',
  });
  expect(target.starts).toEqual([]);
});

it('takes a no though somebody agrees before it is written down', async () => {
  const { id } = await ask();
  const roles = { ...ctx.config.roles, approver: ['U0CLEO', 'S0RELMGRS'] };
  ctx.config = { ...ctx.config, roles };
  ctx.slack.listGroupMembers = async () => {
    await say('U0CLEO', `deploy approve ${id}`);
    return ['U0BEN'];
  };

  expect((await say('U0BEN', `deploy reject ${id}`)).words).toContain('You rejected');
  expect((await loadDeployment(ctx.redis, id)).state).toBe('cancelled');
});

it('notes a no in the trail, though the worker died before it had done so', async () => {
  const { id } = await ask();
  await say('U0BEN', `deploy reject ${id}`);
  const { command, words } = parse(`deploy reject ${id}`, commands);
  const call = { words, actor: person({ id: 'U0BEN' }), channel: 'C0TYPED', reference: 'abcd1234' };

  await command.run(ctx, { ...call, id: 'c-died', again: true });
  expect(await audited('reject')).toEqual([`U0BEN ${id} accepted`, `U0BEN ${id} accepted`]);
});

it('breaks no glass for who is no longer an admin when the turn in the line comes', async () => {
  const dated = { from: '2030-01-01T00:00', to: '2030-02-01T00:00', timezone: 'UTC', reason: 'year end' };
  ctx.config = configured(0, [dated]);
  await say('U0ASHA', 'lock production');
  await say('U0BEN', `deploy production api@${SHA} --wait --break-glass because fire`, 'glass');
  const id = deploymentIdFor('production', 'c-glass');
  await say('U0ASHA', 'unlock production');
  ctx.config = { ...ctx.config, roles: { ...ctx.config.roles, admin: [] } };

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'frozen' });
  expect(target.starts).toEqual([]);
});

async function ask(): Promise<Deployment> {
  const id = `${Math.random()}`;
  await say('U0ASHA', `deploy production api@${SHA}`, id);
  return loadDeployment(ctx.redis, deploymentIdFor('production', `c-${id}`));
}

function look(deployment: string) {
  const attempt = { id: deployment, again: false, last: false };
  return deploy.run(ctx, { version: 1, deployment, reference: 'abcd1234' }, attempt);
}

async function audited(action: string): Promise<string[]> {
  const { items } = await listAudit(ctx.redis, { limit: 50 });
  return items.flatMap((entry) =>
    'action' in entry && entry.action === action ? [`${entry.actor} ${entry.subject} ${entry.outcome}`] : [],
  );
}

type Dated = { from: string; to: string; timezone: string; reason: string };

function configured(approvals: number, freezes: Dated[] = []): Config {
  const driver = { type: 'webhook' as const, url: target.url, secret_env: 'DEPLOY_SECRET' };
  return testConfig({
    roles: {
      deployer: ['U0ASHA', 'U0BEN'],
      approver: ['U0ASHA', 'U0BEN', 'U0CLEO', 'U0DREW'],
      admin: ['U0BEN'],
    },
    environments: { production: { services: ['api'], driver, checks: 'none', approvals, freezes } },
  });
}
