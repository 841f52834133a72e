import { afterEach, expect, it } from '@jest/globals';
import { addCommit, addPullRequest } from '../../playground/github/seed.ts';
import { listDeployments } from '../../src/deployments/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { speaker } from '../support/say.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it.each([
  { typed: 'deploy staging api', ref: 'main' },
  { typed: 'deploy staging api@release', ref: 'release' },
  { typed: 'deploy api@release to staging', ref: 'release' },
  { typed: 'deploy acme/api@release to staging', ref: 'release' },
  { typed: 'deploy staging web', ref: 'stable' },
  { typed: 'deploy staging web@main', ref: 'main' },
])('pins the commit that “$typed” stands for', async ({ typed, ref }) => {
  const { ctx, say, shas } = await withGitHub();

  expect((await say('U0ASHA', typed)).to).toBe('none');

  const [deployment] = await deployed(ctx);
  const repository = deployment?.repository ?? '';
  expect(deployment).toMatchObject({
    ref,
    sha: shas[`${repository}@${ref}`],
    title: `${ref} of ${repository}`,
  });
});

it('pins the head of a pull request and shows its number', async () => {
  const { ctx, say, api } = await withGitHub();
  const head = addCommit(api, { message: 'Search twice as fast', branch: 'feature' });
  addPullRequest(api, { number: 12, head, branch: 'feature' });

  await say('U0ASHA', 'deploy staging #12');

  expect((await deployed(ctx))[0]).toMatchObject({ sha: head, ref: 'feature', pullRequest: 12 });
});

it('runs no code from a fork', async () => {
  const { ctx, say, api } = await withGitHub();
  const head = addCommit(api, { message: 'Free coins' });
  addPullRequest(api, { number: 13, head, branch: 'coins', from: { fork: 'mallory/api' } });

  expect((await say('U0ASHA', 'deploy staging #13')).words).toContain('`fork_refused`');
  expect((await say('U0ASHA', `deploy staging api@${head}`)).words).toContain('`fork_refused`');
  await expectNothingDone(ctx);
});

it('names the nearest branch when there is none of that name', async () => {
  const { ctx, say } = await withGitHub();

  const reply = await say('U0ASHA', 'deploy staging api@relaese');

  expect(reply.words).toContain('Did you mean `release`?');
  expect(reply.words).toContain('`ref_not_found`');
  await expectNothingDone(ctx);
});

/** `main`, `release` and `stable` in each repository; `stable` is what a bare /deploy of web deploys. */
async function withGitHub() {
  const { played, github } = await testGitHub();
  const shas: Record<string, string> = {};
  for (const name of ['acme/api', 'acme/web']) {
    const repository = played.addRepository(name);
    for (const branch of ['release', 'stable', 'main']) {
      shas[`${name}@${branch}`] = addCommit(repository, { message: `${branch} of ${name}`, branch });
    }
  }
  const services = { api: { repository: 'acme/api' }, web: { repository: 'acme/web', ref: 'stable' } };
  const ctx = testContext({ github, config: testConfig({ services }) });
  const api = played.repositories.get('acme/api');
  if (api === undefined) throw new Error('it was added above');
  return { ctx, say: speaker(ctx), shas, api };
}

async function deployed({ redis }: TestContext) {
  return (await listDeployments(redis, { environments: ['staging'], limit: 10 })).items;
}

async function expectNothingDone(ctx: TestContext): Promise<void> {
  expect(await deployed(ctx)).toEqual([]);
  expect(ctx.queued).toEqual([]);
}
