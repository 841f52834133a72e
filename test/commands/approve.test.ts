import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import type { Repository } from '../../playground/github/state.ts';
import { listAudit } from '../../src/audit/store.ts';
import type { Config } from '../../src/config/schema.ts';
import { type Deployment, deploymentIdFor } from '../../src/deployments/deployment.ts';
import { findLease, loadDeployment } from '../../src/deployments/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, PEOPLE, person, type TestContext, testContext } from '../support/context.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { speaker } from '../support/say.ts';
import { startTarget, type Target } from '../support/target.ts';

const ASHA = { login: 'asha-k', name: 'Asha', email: 'asha@acme.example' };
const DREW = { login: 'drew', name: 'Drew', email: 'drew@acme.example' };

const PEOPLE_BEFORE = { ...PEOPLE };
let target: Target;
let ctx: TestContext;
let api: Repository;
let say: ReturnType<typeof speaker>;

beforeEach(async () => {
  Object.assign(PEOPLE, {
    U0CLEO: person({ id: 'U0CLEO' }),
    U0DREW: person({ id: 'U0DREW' }),
    U0ASHA2: person({ id: 'U0ASHA2' }),
  });
  target = await startTarget();
  const { played, github } = await testGitHub();
  api = played.addRepository('acme/api');
  commit({ message: 'Work', committer: DREW });
  ctx = testContext({ github });
  ctx.config = configured(2);
  say = speaker(ctx);
});

afterEach(async () => {
  Object.assign(PEOPLE, PEOPLE_BEFORE);
  closeContexts();
  await closeGitHubs();
  await target.close();
});

it('asks others before it starts anything, and takes no lease meanwhile', async () => {
  const asked = await ask();

  expect(asked).toMatchObject({ state: 'awaiting_approval', fence: 0, approvals: [] });
  await look(asked.id);
  expect(await findLease(ctx.redis, 'production', 'api')).toBeUndefined();
  expect(target.starts).toEqual([]);
});

it('starts once enough others have agreed, at the sha that they agreed to', async () => {
  const { id, sha } = await ask();

  expect((await say('U0BEN', `deploy approve ${id}`)).words).toContain('1 of 2');
  await look(id);
  expect(target.starts).toEqual([]);
  expect((await say('U0CLEO', `deploy approve ${id}`)).words).toContain('2 of 2; it goes on now');
  await look(id);

  expect(target.starts).toEqual([expect.objectContaining({ deployment: id, sha, fence: 1 })]);
  expect(ctx.queued.map(({ id: job }) => job)).toContain(`${id}-wake-approved-3`);
  expect(await audited('approve')).toEqual([`U0CLEO ${id} accepted`, `U0BEN ${id} accepted`]);
});

it('counts no more approvals than are needed, whoever agrees at the same moment', async () => {
  commit({ message: 'Alone' });
  const { id } = await ask();
  for (const by of ['U0BEN', 'U0CLEO']) await say(by, `deploy approve ${id}`);

  expect((await say('U0DREW', `deploy approve ${id}`)).words).toContain('2 of 2; it goes on now');
  expect(JSON.stringify(deploymentView(await loadDeployment(ctx.redis, id)))).toContain('(2 of 2 approvals)');
});

it('shows those who approve what it would bring', async () => {
  const before = await ask();
  const live = { deployment: 'x', ref: 'main', sha: before.sha, since: NOON, by: 'U0ASHA', disturbed: false };
  await ctx.redis.hset('baton:{production}:live', 'api', JSON.stringify(live));
  commit({ message: 'Add <!channel> to the footer' });

  const { blocks } = deploymentView(await ask());

  const words = JSON.stringify(blocks);
  expect(words).toContain('It brings 1 commit');
  expect(words).toContain('Add &lt;!channel&gt; to the footer');
  expect(words).toContain('Nobody has approved it yet (0 of 2 approvals)');
  expect(words).toContain('Every other gate was open when it was asked for');
});

it('names approvers who are at work first, and never the requester by any account', async () => {
  ctx.now = () => new Date('2030-01-15T18:00:00Z'); // late evening in India, ten in the morning in California

  const { approvers } = await ask();

  expect(approvers[0]).toBe('U0BEN');
  expect(approvers).not.toContain('U0ASHA');
  expect(approvers).not.toContain('U0ASHA2');
});

it.each([
  { who: 'the requester', by: 'U0ASHA', reason: 'self_approval' },
  { who: 'the requester’s second account', by: 'U0ASHA2', reason: 'self_approval' },
  { who: 'somebody who made the commit', by: 'U0DREW', reason: 'self_approval' },
  { who: 'somebody who is no approver', by: 'U0EVA', reason: 'not_allowed' },
])('does not count $who', async ({ by, reason }) => {
  const { id } = await ask();

  expect((await say(by, `deploy approve ${id}`)).words).toContain(`\`${reason}\``);
  expect((await loadDeployment(ctx.redis, id)).approvals).toEqual([]);
});

it('does not count a co-author, nor a committer', async () => {
  commit({ message: 'Pair\n\nCo-authored-by: C <1+cleo@users.noreply.github.com>', committer: DREW });
  const { id } = await ask();

  expect((await say('U0CLEO', `deploy approve ${id}`)).words).toContain('`self_approval`');
  expect((await say('U0DREW', `deploy approve ${id}`)).words).toContain('`self_approval`');
  expect((await say('U0BEN', `deploy approve ${id}`)).words).toContain('1 of 2');
});

it('counts a person once, however often and by whichever account they agree', async () => {
  const { id } = await ask();
  await say('U0BEN', `deploy approve ${id}`);
  await say('U0BEN', `deploy approve ${id}`);

  expect((await say('U0BEN2', `deploy approve ${id}`)).words).toContain('You had approved');
  expect((await loadDeployment(ctx.redis, id)).approvals).toHaveLength(1);
});

it('counts all who agree at the same moment', async () => {
  const { id } = await ask();
  await Promise.all([say('U0BEN', `deploy approve ${id}`), say('U0CLEO', `deploy approve ${id}`)]);

  expect((await loadDeployment(ctx.redis, id)).approvals.map(({ by }) => by).toSorted()).toEqual([
    'U0BEN',
    'U0CLEO',
  ]);
});

it('forgets an approval that was given under another rule', async () => {
  const { id } = await ask();
  await say('U0BEN', `deploy approve ${id}`);
  ctx.config = configured(1);
  await look(id);
  expect(target.starts).toEqual([]);

  await say('U0CLEO', `deploy approve ${id}`);
  await look(id);
  expect(target.starts).toHaveLength(1);
});

it('asks every gate again when the approvals are there, and says which one refuses now', async () => {
  const { id } = await ask();
  await say('U0BEN', `deploy approve ${id}`);
  await say('U0CLEO', `deploy approve ${id}`);
  await say('U0BEN', 'lock production because a fire');

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'locked' });
  expect(target.starts).toEqual([]);
  expect(ctx.queued).toContainEqual(expect.objectContaining({ queue: 'messages', id: `${id}-why` }));
});

it.each([0, 120])(
  'starts nothing when the branch has moved, %i s after it was asked for',
  async (seconds) => {
    const { id } = await ask();
    commit({ message: 'Slip something in' });
    await say('U0BEN', `deploy approve ${id}`);
    await say('U0CLEO', `deploy approve ${id}`);
    ctx.now = () => new Date(NOON.getTime() + seconds * 1_000);

    await look(id);

    expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'ref_changed' });
    expect(target.starts).toEqual([]);
  },
);

it('ends by itself when nobody agrees in time', async () => {
  const { id } = await ask();
  ctx.now = () => new Date(NOON.getTime() + 86_400_000);

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    state: 'cancelled',
    reason: 'approval_expired',
  });
  expect((await say('U0BEN', `deploy approve ${id}`)).words).toContain('waits for no approval');
});

it('ends when an approver says no, with their reason, and takes no approval afterwards', async () => {
  const { id } = await ask();

  expect((await say('U0EVA', `deploy reject ${id}`)).words).toContain('`not_allowed`');
  const reply = await say('U0BEN', `deploy reject ${id} because the migration is not tested`);

  expect(reply.words).toContain('You rejected');
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    state: 'cancelled',
    summary: 'Rejected by an approver: the migration is not tested.',
  });
  const told = JSON.stringify(ctx.queued.find(({ id: job }) => job === `${id}-why`)?.data);
  expect(told).toContain('<@U0BEN> has ended it');
  expect((await say('U0CLEO', `deploy approve ${id}`)).words).toContain('waits for no approval');
  expect(await audited('reject')).toEqual([`U0BEN ${id} accepted`]);
});

it('says what is wrong with an id', async () => {
  expect((await say('U0BEN', 'deploy approve')).words).toContain('Which deployment?');
  expect((await say('U0BEN', 'deploy approve production-nonsense')).words).toContain(
    'There is no deployment',
  );
});

it('lets an admin break the glass past freeze, checks and promotion, and keeps it open until another reviews it', async () => {
  ctx.config = configured(0, {
    checks: ['never-runs'],
    promote_from: 'staging',
    freezes: [{ from: '2030-01-01T00:00', to: '2030-02-01T00:00', timezone: 'UTC', reason: 'year end' }],
  });
  expect((await say('U0BEN', 'deploy production api')).words).toMatch(/frozen[\s\S]*missing[\s\S]*staging/);
  expect((await say('U0ASHA', 'deploy production api --break-glass because fire')).words).toContain(
    '`not_allowed`',
  );
  expect((await say('U0BEN', 'deploy production api --break-glass')).words).toContain('needs a reason');

  await say('U0BEN', 'deploy production api --break-glass because fire', 'glass');
  const id = deploymentIdFor('production', 'c-glass');
  await look(id);

  expect(target.starts).toHaveLength(1);
  expect(ctx.queued).toContainEqual(
    expect.objectContaining({ id: `${id}-break-glass`, data: expect.objectContaining({ channel: 'C0AUD' }) }),
  );
  expect(await audited('deploy')).toContain(`U0BEN ${id} forced`);
  expect((await say('U0BEN', `deploy review ${id}`)).words).toContain('`self_approval`');
  expect((await say('U0CLEO', `deploy review ${id}`)).words).toContain('reviewed, by <@U0CLEO>');
  expect((await loadDeployment(ctx.redis, id)).breakGlass).toMatchObject({ reviewedBy: 'U0CLEO' });
});

async function ask(): Promise<Deployment> {
  const id = `${Math.random()}`;
  await say('U0ASHA', 'deploy production api', id);
  return loadDeployment(ctx.redis, deploymentIdFor('production', `c-${id}`));
}

function commit({ message, committer }: { message: string; committer?: typeof DREW }): void {
  addCommit(api, { message, branch: api.defaultBranch, author: ASHA, ...(committer && { committer }) });
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

function configured(approvals: number, rules: Partial<Parameters<typeof environment>[0]> = {}): Config {
  return testConfig({
    people: [
      { name: 'Asha', slack: 'U0ASHA', github: 'asha-k' },
      { name: 'Asha again', slack: 'U0ASHA2', github: 'Asha-K' },
      { name: 'Ben', slack: 'U0BEN', github: 'ben-w' },
      { name: 'Ben again', slack: 'U0BEN2', github: 'ben-w' },
      { name: 'Cleo', slack: 'U0CLEO', github: 'cleo' },
      { name: 'Drew', slack: 'U0DREW', github: 'drew' },
    ],
    roles: {
      deployer: ['U0ASHA', 'U0BEN'],
      approver: ['U0ASHA', 'U0ASHA2', 'U0BEN', 'U0BEN2', 'U0CLEO', 'U0DREW'],
      admin: ['U0BEN'],
    },
    environments: {
      staging: environment({ checks: 'none' }),
      production: environment({ approvals, checks: 'none', ...rules }),
    },
  });
}

function environment(rules: {
  approvals?: number;
  checks?: 'none' | string[];
  promote_from?: string;
  freezes?: { from: string; to: string; timezone: string; reason: string }[];
}) {
  const driver = { type: 'webhook' as const, url: target.url, secret_env: 'DEPLOY_SECRET' };
  return { services: ['api'], driver, ...rules };
}
