import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import type { GitHubDelivery } from '../../src/jobs.ts';
import { handleWebhook } from '../../workers/handle-webhook.ts';
import { putLabel } from '../../playground/github/seed.ts';
import { ASHA } from '../../playground/github/state.ts';
import { readBoard } from '../../src/locks/store.ts';
import { speaker } from '../support/say.ts';
import { pullRequestWorld } from '../support/pull-requests.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it.each<{ told: Partial<GitHubDelivery>; remote?: number; labels?: number }>([
  { told: { action: 'labeled', label: 'remote-deploy' }, remote: 1 },
  { told: { action: 'unlabeled', label: 'remote-deploy' }, remote: 1 },
  { told: { action: 'labeled', label: 'deploy: staging' }, labels: 1 },
  { told: { action: 'unlabeled', label: 'deploy: staging' } },
  { told: { action: 'labeled', label: 'remote-deploy: live' } },
  { told: { action: 'labeled', label: 'Remote-Deploy' } },
  { told: { action: 'labeled', label: 'remote-deploy 🚀' } },
  { told: { action: 'labeled', label: 'deploy: Staging' } },
  { told: { action: 'labeled', label: 'deploy: nowhere' } },
  { told: { action: 'labeled', label: 'deploy: constructor' } },
  { told: { action: 'labeled', label: 'bug' } },
  { told: { action: 'labeled', label: null } },
  { told: { action: 'opened' }, remote: 1 },
  { told: { action: 'reopened' }, remote: 1 },
  { told: { action: 'synchronize' }, remote: 1 },
  { told: { action: 'converted_to_draft' }, remote: 1 },
  { told: { action: 'ready_for_review' }, remote: 1 },
  { told: { action: 'closed' }, remote: 1 },
  { told: { action: 'closed', repository: 'ACME/Api' }, remote: 1 },
  { told: { action: 'closed', repository: 'acme/web' } },
  { told: { action: 'closed', repository: 'acme/elsewhere' } },
])('looks at the pull request that $told tells of', async ({ told, remote = 0, labels = 0 }) => {
  const { looks, handle } = await house();

  await handle({ event: 'pull_request', pullRequest: 12, ...told });

  expect(looks('remote-deploys')).toEqual(remote === 0 ? [] : ['acme/api#12']);
  expect(looks('deploy-labels')).toEqual(labels === 0 ? [] : ['acme/api#12']);
});

const ENDS: readonly Partial<GitHubDelivery>[] = [
  { event: 'check_suite', action: 'completed' },
  { event: 'status', action: '' },
  { event: 'workflow_run', action: 'completed', run: { id: 7, title: 'CI' } },
];

it.each(ENDS)(
  'finds the pull request, and the label that came after the push, when CI ends: $event',
  async (told) => {
    const { repository, pullRequest, looks, handle } = await house();
    const sha = pullRequest.head;

    await handle({ ...told, sha, delivery: 'before' });
    expect(looks('remote-deploys')).toEqual([]);
    putLabel(repository, pullRequest, 'remote-deploy', ASHA);
    await handle({ ...told, sha, delivery: 'after' });

    expect(looks('remote-deploys')).toEqual(['acme/api#12']);
  },
);

it.each(ENDS)('looks at no pull request whose head is another commit: $event', async (told) => {
  const { repository, looks, handle } = await house(['remote-deploy']);
  const [first = ''] = repository.commits.keys();

  await handle({ ...told, sha: first });
  await handle({ ...told, sha: null, delivery: 'd2' });

  expect(looks('remote-deploys')).toEqual([]);
});

it('asks GitHub nothing when CI of a repository without remote deploys ends', async () => {
  const { played, handle } = await house(['remote-deploy']);

  await handle({ event: 'check_suite', action: 'completed', repository: 'acme/web', sha: 'b'.repeat(40) });

  expect(played.requests).toEqual([]);
});

it('asks GitHub nothing for the steps of a run before its end', async () => {
  const { played, pullRequest, handle } = await house(['remote-deploy']);

  await handle({
    event: 'workflow_run',
    action: 'in_progress',
    sha: pullRequest.head,
    run: { id: 7, title: '' },
  });

  expect(played.requests).toEqual([]);
});

it('frees the lock that is tied to a pull request once it is merged', async () => {
  const { ctx, pullRequest, handle } = await house();
  await speaker(ctx)('U0ASHA', 'lock staging/api for #12');
  const locks = async () => (await readBoard(ctx.redis, 'staging')).board.locks.map(({ holder }) => holder);
  expect(await locks()).toEqual(['U0ASHA']);

  await handle({ action: 'closed', pullRequest: 12, delivery: 'd1' }); // GitHub says that it is open
  expect(await locks()).toEqual(['U0ASHA']);
  Object.assign(pullRequest, { state: 'closed', mergedAt: '2030-01-15T12:00:00Z' });
  await handle({ action: 'closed', pullRequest: 12, repository: 'ACME/api', delivery: 'd2' });

  expect(await locks()).toEqual([]);
});

it('looks once at a delivery that comes twice', async () => {
  const { looks, handle } = await house();
  const told = { event: 'pull_request', action: 'synchronize', pullRequest: 12 };

  await handle(told);
  await handle(told);

  expect(looks('remote-deploys')).toHaveLength(1);
});

it('says nothing and asks nothing where GitHub is off', async () => {
  const { ctx, looks, handle } = await house();
  Object.assign(ctx, { github: undefined });

  await handle({ event: 'check_suite', action: 'completed', sha: 'b'.repeat(40) });
  await handle({ action: 'closed', pullRequest: 12, delivery: 'd2' });

  expect(looks('remote-deploys')).toEqual(['acme/api#12']);
});

async function house(labels: readonly string[] = []) {
  const world = await pullRequestWorld({ labels });
  const handle = (told: Partial<GitHubDelivery>) => {
    const deliveries = [{ ...DELIVERY, ...told }];
    return handleWebhook.run(world.ctx, { version: 1, deliveries }, { id: 'g-1', again: false, last: false });
  };
  return { ...world, handle };
}

const DELIVERY: GitHubDelivery = {
  event: 'pull_request',
  action: 'labeled',
  delivery: 'd1',
  repository: 'acme/api',
  sender: { login: 'asha-k', type: 'User' },
  pullRequest: null,
  label: null,
  ref: 'main',
  sha: null,
  run: null,
  githubDeployment: null,
};
