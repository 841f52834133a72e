import { afterEach, expect, it } from '@jest/globals';
import { instant, type Person } from '../../playground/github/state.ts';
import { noteAsked } from '../../src/pull-requests/store.ts';
import { noteToldLabel } from '../../src/pull-requests/who-labelled.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { labelWorld, PULL_REQUEST } from '../support/deploy-labels.ts';
import { closeGitHubs } from '../support/github.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

const TIA: Person = { login: 'tia', name: 'Tia', email: 'tia@acme.example' };

it('asks once for a label that came on, went, and came on again within a moment', async () => {
  const { repository, pullRequest, run, deployments, label } = await labelWorld();
  for (const event of ['on', 'off', 'on']) {
    if (event === 'on') label('deploy: staging');
    else pullRequest.labels = [];
  }
  expect(repository.events).toHaveLength(2);

  await Promise.all([run(), run(), run()]);

  expect(await deployments()).toHaveLength(1);
});

it('asks again when the label is put on again', async () => {
  const { run, comments, label } = await labelWorld();
  label('deploy: production');
  await run();
  label('deploy: production');
  await run();

  expect(comments()).toHaveLength(1);
  expect(comments()[0]?.match(/deploy: production/g)).toHaveLength(2);
});

it('answers after all where a run died when the label was off already', async () => {
  const { ctx, repository, pullRequest, run, deployments, comments, label } = await labelWorld();
  label('deploy: staging');
  const [{ id: event } = { id: 0 }] = repository.events;
  const asked = { environment: 'staging', login: 'asha-k', isBot: false, sha: pullRequest.head, at: NOON };
  const pending = { state: 'pending' as const, deployment: null, reasons: [], says: '' };
  await noteAsked(ctx.redis, PULL_REQUEST, { version: 1, event, ...asked, ...pending });
  pullRequest.labels = [];

  await run();

  expect(await deployments()).toHaveLength(1);
  expect(comments()).toHaveLength(1);
});

it('does not deploy what was pushed after the label', async () => {
  const { ctx, pullRequest, run, deployments, comments } = await labelWorld();
  const asked = { environment: 'staging', login: 'asha-k', isBot: false, sha: 'c'.repeat(40), at: NOON };
  const pending = { state: 'pending' as const, deployment: null, reasons: [], says: '' };
  await noteAsked(ctx.redis, PULL_REQUEST, { version: 1, event: 7, ...asked, ...pending });

  await run();

  expect(await deployments()).toEqual([]);
  expect(comments()).toEqual([expect.stringContaining('ref_changed')]);
  expect(pullRequest.labels).toEqual([]);
});

it('does not bring back what a rollback has left', async () => {
  const { ctx, pullRequest, run, deployments, comments, label } = await labelWorld();
  const heldBack = { good: 'a'.repeat(40), bad: pullRequest.head };
  const warning = {
    id: 'w1',
    scope: 'staging/api',
    by: 'baton',
    reason: 'rolled back',
    since: NOON,
    until: null,
  };
  const board = { version: 2, locks: [], line: [], warnings: [{ ...warning, heldBack }] };
  await ctx.redis.set('baton:{staging}:lock', JSON.stringify(board));
  label('deploy: staging');

  await run();

  expect(await deployments()).toEqual([]);
  expect(comments()).toEqual([
    expect.stringContaining('A rollback of api on staging left this commit behind'),
  ]);
});

it.each([
  { what: 'GitHub', path: /permission/ },
  { what: 'GitHub', path: /pulls\/12/ },
  { what: 'GitHub', path: /comments/ },
])('waits for $what while it cannot be asked ($path), and answers then', async ({ path }) => {
  const { played, pullRequest, run, deployments, comments, label } = await labelWorld();
  label('deploy: staging');
  played.failNext({ path, does: { status: 503, body: {} }, times: 3 });

  expect(await run()).toEqual({ againInSeconds: 30 });
  await run();

  expect(await deployments()).toHaveLength(1);
  expect(comments()).toHaveLength(1);
  expect(pullRequest.labels).toEqual([]);
});

it('waits as long as GitHub wants to be left alone', async () => {
  const { played, run, label } = await labelWorld();
  label('deploy: staging');
  played.failNext({ path: /pulls/, does: { status: 429, body: {}, headers: { 'retry-after': '77' } } });

  expect(await run()).toEqual({ againInSeconds: 77 });
});

it('takes the label off although Slack does not say who put it on, and answers later', async () => {
  const { ctx, pullRequest, run, deployments, label } = await labelWorld();
  label('deploy: staging');
  const slack = { ...ctx.slack };
  Object.assign(ctx.slack, { findPerson: () => Promise.reject(new Error('away')) });

  expect(await run()).toEqual({ againInSeconds: 30 });
  expect([pullRequest.labels, await deployments()]).toEqual([[], []]);

  Object.assign(ctx.slack, slack);
  await run();
  expect(await deployments()).toHaveLength(1);
});

it('goes by what a signed webhook told while GitHub’s list does not have the label yet', async () => {
  const { ctx, repository, pullRequest, run, deployments, label } = await labelWorld();
  label('deploy: staging');
  repository.events.splice(0);

  expect(await run()).toEqual({ againInSeconds: 30 });
  expect(pullRequest.labels).toEqual(['deploy: staging']);

  const told = { ...PULL_REQUEST, label: 'deploy: staging', delivery: 'd1', action: 'labeled' };
  await noteToldLabel(ctx, { ...told, sender: { login: 'ben-w', type: 'User' } });
  await noteToldLabel(ctx, { ...told, action: 'unlabeled', sender: null });
  expect(await run()).toEqual({ againInSeconds: 30 });
  await noteToldLabel(ctx, { ...told, sender: { login: 'asha-k', type: 'User' } });
  await run();

  expect(await deployments()).toMatchObject([{ requestedBy: 'U0ASHA' }]);
});

it('asks once for a label that a webhook told before GitHub’s list had it', async () => {
  const { ctx, repository, pullRequest, run, deployments, comments, label } = await labelWorld();
  label('deploy: staging');
  const events = repository.events.splice(0).map((event) => ({ ...event, createdAt: instant(NOON) }));
  const told = { ...PULL_REQUEST, label: 'deploy: staging', delivery: 'd1', action: 'labeled' };
  await noteToldLabel(ctx, { ...told, sender: { login: 'asha-k', type: 'User' } });
  await run();
  // The label is still on in the next look, as when another write to GitHub was due first.
  repository.events.push(...events);
  pullRequest.labels.push('deploy: staging');
  await run();

  expect(await deployments()).toHaveLength(1);
  expect(comments()[0]?.match(/deploy: staging/g)).toHaveLength(1);
});

it('writes no second comment, and leaves one alone that poses as its own', async () => {
  const { ctx, repository, run, comments, label } = await labelWorld();
  const posing = 'Deployed!\n\n<!-- baton: deploy labels -->';
  repository.comments.push({ id: 1, on: 12, by: TIA, body: posing, createdAt: '', updatedAt: '' });
  label('deploy: production');
  await run();
  await ctx.redis.del('baton:{acme/api#12}:asked:told'); // died between writing and noting it
  label('deploy: production');
  await run();

  expect(comments()).toEqual([posing, expect.stringContaining('refused')]);
});

it('brings nothing to life in a comment that people wrote', async () => {
  const { ctx, run, comments, label } = await labelWorld();
  ctx.config = { ...ctx.config, people: [] };
  label('deploy: staging', { login: '@acme/all *x* <b> #1', name: '', email: '' });

  await run();

  expect(comments()[0]).not.toMatch(/@acme|<b>|#1|[^\\]\*x/);
});
