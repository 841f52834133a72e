import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { addChecks, putLabel } from '../../playground/github/seed.ts';
import { ASHA, type Person, type PullRequest } from '../../playground/github/state.ts';
import { listAudit } from '../../src/audit/store.ts';
import { listDeployments, replaceDeployment } from '../../src/deployments/store.ts';
import { transition } from '../../src/deployments/deployment.ts';
import { noteAsked } from '../../src/pull-requests/store.ts';
import type { Outcome } from '../../src/worker.ts';
import { noteToldLabel } from '../../src/pull-requests/who-labelled.ts';
import { deployLabels } from '../../workers/deploy-labels.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { pullRequestWorld } from '../support/pull-requests.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

const BEN: Person = { login: 'Ben-W', name: 'Ben', email: 'ben@acme.example' };
const TIA: Person = { login: 'tia', name: 'Tia', email: 'tia@acme.example' };
const CLEO: Person = { login: 'cleo', name: 'Cleo', email: 'cleo@acme.example' };
const BOT: Person = { login: 'asha-k', name: 'Bot', email: '', isBot: true };

it('asks for a deployment of the head, on behalf of whoever put the label on, and takes it off', async () => {
  const { ctx, played, pullRequest, run, deployments, comments } = await house();
  label(pullRequest, 'deploy: staging');

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
  const { ctx, pullRequest, run, deployments, comments } = await house();
  label(pullRequest, 'deploy: staging');
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

it.each<{ what: string; label?: string; by?: Person; given?: Partial<PullRequest>; reason: string }>([
  { what: 'somebody who is not in people', by: CLEO, reason: 'not_allowed' },
  { what: 'somebody who may not write', by: TIA, reason: 'not_allowed' },
  { what: 'a bot', by: BOT, reason: 'not_allowed' },
  { what: 'somebody who is no deployer there', label: 'deploy: production', reason: 'not_allowed' },
  { what: 'a person, of a fork', given: { from: { id: 1, name: 'stranger/api' } }, reason: 'fork_refused' },
  { what: 'a person, of a fork that is gone', given: { from: null }, reason: 'fork_refused' },
  { what: 'a person, of a draft', given: { draft: true }, reason: 'not_allowed' },
  { what: 'a person, of a closed one', given: { state: 'closed' }, reason: 'ref_not_found' },
  { what: 'a person, where no service of it lives', label: 'deploy: docs', reason: 'unknown_service' },
])(
  'refuses a label that was put on by $what: $reason',
  async ({ label: name = 'deploy: staging', by = ASHA, given = {}, reason }) => {
    const { ctx, pullRequest, run, deployments, comments } = await house();
    Object.assign(pullRequest, given);
    label(pullRequest, name, by);

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

it('tells a refusal to the person in Slack too, once', async () => {
  const { ctx, pullRequest, run } = await house();
  label(pullRequest, 'deploy: production');

  await run();
  await run();

  const told = ctx.queued.filter(({ queue }) => queue === 'messages');
  expect(told).toMatchObject([{ data: { kind: 'reply', user: 'U0ASHA' } }]);
  expect(JSON.stringify(told)).toContain('not_allowed');
});

it('knows people by their GitHub login in any case', async () => {
  const { repository, pullRequest, run, deployments } = await house();
  repository.collaborators.set('Ben-W', 'maintain');
  label(pullRequest, 'deploy: staging', BEN);

  await run();

  expect(await deployments()).toMatchObject([{ requestedBy: 'U0BEN' }]);
});

it('names every gate that is closed', async () => {
  const { repository, pullRequest, run, comments } = await house();
  addChecks(repository, pullRequest.head, { test: 'failure' });
  label(pullRequest, 'deploy: production');

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
  const { pullRequest, run, deployments, comments } = await house();
  label(pullRequest, name);

  await run();

  expect([pullRequest.labels, comments(), await deployments()]).toEqual([[name], [], []]);
});

it('asks once for a label that came on, went, and came on again within a moment', async () => {
  const { repository, pullRequest, run, deployments } = await house();
  for (const event of ['on', 'off', 'on']) {
    if (event === 'on') label(pullRequest, 'deploy: staging');
    else pullRequest.labels = [];
  }
  expect(repository.events).toHaveLength(2);

  await Promise.all([run(), run(), run()]);

  expect(await deployments()).toHaveLength(1);
});

it('asks again when the label is put on again', async () => {
  const { pullRequest, run, comments } = await house();
  label(pullRequest, 'deploy: production');
  await run();
  label(pullRequest, 'deploy: production');
  await run();

  expect(comments()).toHaveLength(1);
  expect(comments()[0]?.match(/deploy: production/g)).toHaveLength(2);
});

it('answers after all where a run died when the label was off already', async () => {
  const { ctx, repository, pullRequest, run, deployments, comments } = await house();
  label(pullRequest, 'deploy: staging');
  const [{ id: event } = { id: 0 }] = repository.events;
  const asked = { environment: 'staging', login: 'asha-k', isBot: false, sha: pullRequest.head, at: NOON };
  const pending = { state: 'pending' as const, deployment: null, reasons: [], says: '' };
  await noteAsked(ctx.redis, ID, { version: 1, event, ...asked, ...pending });
  pullRequest.labels = [];

  await run();

  expect(await deployments()).toHaveLength(1);
  expect(comments()).toHaveLength(1);
});

it('does not deploy what was pushed after the label', async () => {
  const { ctx, pullRequest, run, deployments, comments } = await house();
  const asked = { environment: 'staging', login: 'asha-k', isBot: false, sha: 'c'.repeat(40), at: NOON };
  const pending = { state: 'pending' as const, deployment: null, reasons: [], says: '' };
  await noteAsked(ctx.redis, ID, { version: 1, event: 7, ...asked, ...pending });

  await run();

  expect(await deployments()).toEqual([]);
  expect(comments()).toEqual([expect.stringContaining('ref_changed')]);
  expect(pullRequest.labels).toEqual([]);
});

it.each([
  { what: 'GitHub', path: /permission/ },
  { what: 'GitHub', path: /pulls\/12/ },
  { what: 'GitHub', path: /comments/ },
])('waits for $what while it cannot be asked ($path), and answers then', async ({ path }) => {
  const { played, pullRequest, run, deployments, comments } = await house();
  label(pullRequest, 'deploy: staging');
  played.failNext({ path, does: { status: 503, body: {} }, times: 3 });

  expect(await run()).toEqual({ againInSeconds: 30 });
  await run();

  expect(await deployments()).toHaveLength(1);
  expect(comments()).toHaveLength(1);
  expect(pullRequest.labels).toEqual([]);
});

it('waits as long as GitHub wants to be left alone', async () => {
  const { played, pullRequest, run } = await house();
  label(pullRequest, 'deploy: staging');
  played.failNext({ path: /pulls/, does: { status: 429, body: {}, headers: { 'retry-after': '77' } } });

  expect(await run()).toEqual({ againInSeconds: 77 });
});

it('takes the label off although Slack does not say who put it on, and answers later', async () => {
  const { ctx, pullRequest, run, deployments } = await house();
  label(pullRequest, 'deploy: staging');
  const { findPerson } = ctx.slack;
  Object.assign(ctx.slack, { findPerson: () => Promise.reject(new Error('away')) });

  expect(await run()).toEqual({ againInSeconds: 30 });
  expect([pullRequest.labels, await deployments()]).toEqual([[], []]);

  Object.assign(ctx.slack, { findPerson });
  await run();
  expect(await deployments()).toHaveLength(1);
});

it('goes by what a signed webhook told while GitHub’s list does not have the label yet', async () => {
  const { ctx, repository, pullRequest, run, deployments } = await house();
  label(pullRequest, 'deploy: staging');
  repository.events.splice(0);

  expect(await run()).toEqual({ againInSeconds: 30 });
  expect(pullRequest.labels).toEqual(['deploy: staging']);

  const told = { ...ID, label: 'deploy: staging', delivery: 'd1', action: 'labeled' };
  await noteToldLabel(ctx, { ...told, sender: { login: 'ben-w', type: 'User' } });
  await noteToldLabel(ctx, { ...told, action: 'unlabeled', sender: null });
  expect(await run()).toEqual({ againInSeconds: 30 });
  await noteToldLabel(ctx, { ...told, sender: { login: 'asha-k', type: 'User' } });
  await run();

  expect(await deployments()).toMatchObject([{ requestedBy: 'U0ASHA' }]);
});

it('writes no second comment, and leaves one alone that poses as its own', async () => {
  const { ctx, repository, pullRequest, run, comments } = await house();
  const posing = 'Deployed!\n\n<!-- baton: deploy labels -->';
  repository.comments.push({ id: 1, on: 12, by: TIA, body: posing, createdAt: '', updatedAt: '' });
  label(pullRequest, 'deploy: production');
  await run();
  await ctx.redis.del('baton:{acme/api#12}:asked:told'); // died between writing and noting it
  label(pullRequest, 'deploy: production');
  await run();

  expect(comments()).toEqual([posing, expect.stringContaining('refused')]);
});

it('brings nothing to life in a comment that people wrote', async () => {
  const { ctx, pullRequest, run, comments } = await house();
  ctx.config = { ...ctx.config, people: [] };
  label(pullRequest, 'deploy: staging', { login: '@acme/all *x* <b> #1', name: '', email: '' });

  await run();

  expect(comments()[0]).not.toMatch(/@acme|<b>|#1|[^\\]\*x/);
});

const ATTEMPT = { id: 'l-1', again: false, last: false };
const ID = { repository: 'acme/api', number: 12 };

function label(pullRequest: PullRequest, name: string, by: Person = ASHA): void {
  current?.(pullRequest, name, by);
}

let current: ((pullRequest: PullRequest, name: string, by: Person) => void) | undefined;

async function house() {
  const world = await pullRequestWorld();
  const { ctx, repository } = world;
  const { staging } = ctx.config.environments;
  if (staging === undefined) throw new Error('no staging');
  const environments = { ...ctx.config.environments, docs: { ...staging, services: ['web'] } };
  ctx.config = { ...ctx.config, environments };
  current = (pullRequest, name, by) => void putLabel(repository, pullRequest, name, by);
  const passTime = async () => {
    const paces = ['write', 'comment'].flatMap((kind) =>
      ['given', 'used', 'turn:acme/api#12:labels', 'turn:acme/api#12:answers'].map((key) => `${kind}:${key}`),
    );
    await ctx.redis.del(paces.map((key) => `baton:{github-pace}:${key}`));
    await sleep(20);
  };
  /** Until nothing is left that only the pace of writing to GitHub holds up. */
  const run = async (): Promise<Outcome> => {
    for (;;) {
      const outcome = await deployLabels.run(ctx, { version: 1, ...ID, why: 'test' }, ATTEMPT);
      if (outcome === 'done' || outcome.againInSeconds > 5) return outcome;
      await passTime();
    }
  };
  return {
    ...world,
    run,
    deployments: async () => {
      const names = Object.keys(ctx.config.environments);
      return (await listDeployments(ctx.redis, { environments: names, limit: 10 })).items;
    },
    comments: () => repository.comments.map(({ body }) => body),
  };
}
