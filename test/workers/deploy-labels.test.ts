import { afterEach, expect, it } from '@jest/globals';
import { addChecks } from '../../playground/github/seed.ts';
import { ASHA, type Person, type PullRequest } from '../../playground/github/state.ts';
import { listAudit } from '../../src/audit/store.ts';
import { transition } from '../../src/deployments/deployment.ts';
import { replaceDeployment } from '../../src/deployments/store.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { labelWorld } from '../support/deploy-labels.ts';
import { closeGitHubs } from '../support/github.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

const BEN: Person = { login: 'Ben-W', name: 'Ben', email: 'ben@acme.example' };
const TIA: Person = { login: 'tia', name: 'Tia', email: 'tia@acme.example' };
const CLEO: Person = { login: 'cleo', name: 'Cleo', email: 'cleo@acme.example' };
const BOT: Person = { login: 'asha-k', name: 'Bot', email: '', isBot: true };

it('asks for a deployment of the head, on behalf of whoever put the label on, and takes it off', async () => {
  const { ctx, played, pullRequest, run, deployments, comments, label } = await labelWorld();
  label('deploy: staging');

  await run();

  expect(await deployments()).toMatchObject([
    {
      environment: 'staging',
      service: 'api',
      sha: pullRequest.head,
      pullRequest: 12,
      state: 'queued',
      requestedBy: 'U0ASHA',
    },
  ]);
  expect(pullRequest.labels).toEqual([]);
  expect(comments()).toEqual([expect.stringMatching(/`deploy: staging` by asha\\-k.*\*\*is queued\*\*/)]);
  expect(ctx.queued.map(({ queue }) => queue)).toEqual(expect.arrayContaining(['deployments', 'messages']));
  expect(played.violations).toEqual([]);
});

it('edits its one comment as the deployment goes on, until it has ended', async () => {
  const { ctx, run, deployments, comments, label } = await labelWorld();
  label('deploy: staging');
  expect(await run()).toEqual({ againInSeconds: expect.any(Number) });

  for (const [state, words] of [
    ['in_progress', 'is in progress'],
    ['success', 'succeeded'],
  ] as const) {
    const [before] = await deployments();
    if (before === undefined) throw new Error('none');
    await replaceDeployment(ctx.redis, before, transition(before, state, NOON), { freeLease: true });
    expect(await run()).toEqual(state === 'success' ? 'done' : { againInSeconds: expect.any(Number) });
    expect(comments()).toEqual([expect.stringContaining(words)]);
  }
});

it.each<{ what: string; name?: string; by?: Person; given?: Partial<PullRequest>; reason: string }>([
  { what: 'somebody who is not in people', by: CLEO, reason: 'not_allowed' },
  { what: 'somebody who may not write', by: TIA, reason: 'not_allowed' },
  { what: 'a bot', by: BOT, reason: 'not_allowed' },
  { what: 'somebody who is no deployer there', name: 'deploy: production', reason: 'not_allowed' },
  { what: 'a person, of a fork', given: { from: { id: 1, name: 'stranger/api' } }, reason: 'fork_refused' },
  { what: 'a person, of a fork that is gone', given: { from: null }, reason: 'fork_refused' },
  { what: 'a person, of a draft', given: { draft: true }, reason: 'not_allowed' },
  { what: 'a person, of a closed one', given: { state: 'closed' }, reason: 'ref_not_found' },
  { what: 'a person, where no service of it lives', name: 'deploy: docs', reason: 'unknown_service' },
])(
  'refuses a label that was put on by $what: $reason',
  async ({ name = 'deploy: staging', by = ASHA, given = {}, reason }) => {
    const { ctx, pullRequest, run, deployments, comments, label } = await labelWorld();
    Object.assign(pullRequest, given);
    label(name, by);

    expect(await run()).toBe('done');
    await run();

    expect(await deployments()).toEqual([]);
    expect(pullRequest.labels).toEqual([]);
    expect(comments()).toEqual([expect.stringContaining(`**refused** (\`${reason}\`)`)]);
    const { items } = await listAudit(ctx.redis, { limit: 10 });
    expect(items).toMatchObject([{ outcome: 'refused', reason, action: 'deploy' }]);
    expect(items).toHaveLength(1);
  },
);

it('refuses a deployer who may not write to the repository at that moment', async () => {
  const { repository, run, deployments, comments, label } = await labelWorld();
  repository.collaborators.set('asha-k', 'triage');
  label('deploy: staging');

  await run();

  expect(await deployments()).toEqual([]);
  expect(comments()).toEqual([expect.stringContaining('may not write to')]);
});

it('tells a refusal to the person in Slack too, once', async () => {
  const { ctx, run, label } = await labelWorld();
  label('deploy: production');

  await run();
  await run();

  const told = ctx.queued.filter(({ queue }) => queue === 'messages');
  expect(told).toMatchObject([{ data: { kind: 'reply', user: 'U0ASHA' } }]);
  expect(JSON.stringify(told)).toContain('not_allowed');
});

it('knows people by their GitHub login in any case', async () => {
  const { repository, run, deployments, label } = await labelWorld();
  repository.collaborators.set('Ben-W', 'maintain');
  label('deploy: staging', BEN);

  await run();

  expect(await deployments()).toMatchObject([{ requestedBy: 'U0BEN' }]);
});

it('names every gate that is closed', async () => {
  const { repository, pullRequest, run, comments, label } = await labelWorld();
  addChecks(repository, pullRequest.head, { test: 'failure' });
  label('deploy: production');

  await run();

  expect(comments()).toEqual([expect.stringContaining('**refused** (`not_allowed`, `checks_failing`)')]);
});

it.each([
  'deploy: Staging',
  'deploy:staging',
  'deploy: nowhere',
  'deploy: staging 🚀',
  'deploy: __proto__',
  'bug',
])('leaves the label %s alone', async (name) => {
  const { pullRequest, run, deployments, comments, label } = await labelWorld();
  label(name);

  await run();

  expect([pullRequest.labels, comments(), await deployments()]).toEqual([[name], [], []]);
});
