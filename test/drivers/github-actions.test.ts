import { afterEach, describe, expect, it } from '@jest/globals';
import { Octokit } from 'octokit';
import { githubActions } from '../../src/drivers/github-actions.ts';
import { fakeActions, type FakeActions } from './fake-actions.ts';
import { gitHubBehind } from './github-behind.ts';
import { closeServers } from './servers.ts';
import { driverRequest, NOON } from './requests.ts';
import { AGAIN, itIsADriver, itSurvivesItsConnection, type Play, runToTheEnd, type Target } from './suite.ts';
import { driverTools } from './tools.ts';

afterEach(closeServers);

const OPTIONS = { type: 'github-actions', workflow: 'deploy.yml' } as const;
const secondsLater = (seconds: number) => () => new Date(NOON.getTime() + seconds * 1_000);

/** With octokit's own retries on, as in production: a dispatch must be sent once all the same. */
function toolsFor(fake: FakeActions, seconds = 130) {
  const github = new Octokit({
    baseUrl: fake.url,
    throttle: { enabled: false },
    retry: { retryAfterBaseValue: 1 },
  });
  return driverTools({ github, now: secondsLater(seconds) });
}

async function target(fake: FakeActions): Promise<Target> {
  const blind = driverTools({ now: secondsLater(130) });
  return {
    driver: githubActions,
    options: OPTIONS,
    tools: toolsFor(fake),
    starts: () => fake.dispatched.map(({ inputs }) => inputs),
    obeys: () => fake.finish('cancelled'),
    blind: {
      tools: { ...blind, github: new Octokit({ baseUrl: `${fake.url}/down`, retry: { enabled: false } }) },
      options: OPTIONS,
    },
  };
}

const PLAYS: Record<Play, Parameters<typeof fakeActions>[0]> = {
  succeeds: { conclusion: 'success' },
  fails: { conclusion: 'failure' },
  'runs on': { status: 'in_progress' },
  'loses the answer': { dispatch: { status: 502, hidden: true } },
};

describe('github-actions', () => {
  itIsADriver(async (play) => target(await fakeActions(PLAYS[play])));

  itSurvivesItsConnection(async (fault) => {
    const fake = await fakeActions({ conclusion: 'success' });
    const options = { ...OPTIONS, ref: 'main' }; // so that the dispatch is the first thing to go wrong
    return { ...(await target(fake)), ...(await gitHubBehind(fake.url, fault)), options };
  });
});

it('dispatches the workflow of the default branch with who, what and where', async () => {
  const fake = await fakeActions({ conclusion: 'success' });
  const options = { ...OPTIONS, inputs: { region: 'eu', fence: '99' } };

  const end = await runToTheEnd({ ...(await target(fake)), options });

  expect(end).toEqual({ state: 'success', logUrl: 'https://github.com/acme/api/actions/runs/1' });
  expect(fake.dispatched).toEqual([
    {
      ref: 'trunk',
      return_run_details: true,
      inputs: {
        region: 'eu',
        environment: 'staging',
        service: 'api',
        ref: 'main',
        sha: '5f0c9d3c2b1a5f0c9d3c2b1a5f0c9d3c2b1a5f0c',
        deployment: 'staging-bcdfghjk',
        fence: '7',
      },
    },
  ]);
});

describe('a server that tells no run id', () => {
  it('is asked for the run whose name carries the deployment’s id', async () => {
    const fake = await fakeActions({ conclusion: 'success', dispatch: { status: 204 } });

    expect((await runToTheEnd(await target(fake))).state).toBe('success');
  });

  it('is asked again without the field that it does not know', async () => {
    const fake = await fakeActions({ conclusion: 'success', older: true });

    expect((await runToTheEnd(await target(fake))).state).toBe('success');
    expect(fake.dispatched).toHaveLength(1);
  });

  it('has two minutes to list the run; then nobody knows', async () => {
    const fake = await fakeActions({ dispatch: { status: 204, hidden: true } });
    const tools = toolsFor(fake, 119);
    const started = await githubActions.start(tools, driverRequest(), OPTIONS);
    const run = 'run' in started ? started.run : '';

    expect((await githubActions.check(tools, driverRequest(), run, OPTIONS)).state).toBe('in_progress');
    expect((await githubActions.check(toolsFor(fake, 121), driverRequest(), run, OPTIONS)).state).toBe(
      'unknown',
    );
  });
});

it('adopts the run when GitHub says 500 and has begun it', async () => {
  const fake = await fakeActions({ conclusion: 'success', dispatch: { status: 500 } });

  expect((await runToTheEnd(await target(fake))).state).toBe('success');
  expect(fake.dispatched).toHaveLength(1);
});

describe('a dispatch that GitHub refuses', () => {
  it.each([
    { status: 404, message: 'Not Found', words: /deploy\.yml in acme\/api: Not Found/ },
    { status: 422, message: 'Unexpected inputs provided: ["fence"]', words: /Unexpected inputs/ },
    { status: 403, message: 'Resource not accessible by integration', words: /not accessible/ },
  ])('with $status is a failure', async ({ status, message, words }) => {
    const fake = await fakeActions({ dispatch: { status, message, hidden: true } });

    expect(await runToTheEnd(await target(fake))).toMatchObject({
      state: 'failure',
      summary: expect.stringMatching(words),
    });
  });

  it.each([429, 403])('for its rate limit (%i) is tried later', async (status) => {
    const fake = await fakeActions({
      dispatch: { status, message: 'API rate limit exceeded', hidden: true },
    });

    await expect(runToTheEnd(await target(fake))).rejects.toThrow(/rate limit/);
  });
});

it('is tried later when GitHub cannot be connected to: nothing was sent', async () => {
  const fake = await fakeActions({});
  await closeServers();
  const options = { ...OPTIONS, ref: 'main' };

  await expect(githubActions.start(toolsFor(fake), driverRequest(), options)).rejects.toThrow();
});

it('says so when GitHub is not configured', async () => {
  const end = await githubActions.start(driverTools(), driverRequest(), OPTIONS);

  expect(end).toMatchObject({ state: 'failure', summary: expect.stringMatching(/GITHUB_TOKEN/) });
});

describe('after a crash', () => {
  it('waits two minutes before it believes that there is no run', async () => {
    const fake = await fakeActions({});

    expect((await githubActions.lookup(toolsFor(fake, 119), driverRequest(), OPTIONS)).state).toBe('later');
    expect((await githubActions.lookup(toolsFor(fake, 121), driverRequest(), OPTIONS)).state).toBe(
      'not_found',
    );
  });

  it('counts those two minutes from the latest attempt', async () => {
    const fake = await fakeActions({});
    const request = driverRequest({ attemptedAt: secondsLater(300)() });

    expect((await githubActions.lookup(toolsFor(fake, 310), request, OPTIONS)).state).toBe('later');
  });

  it('does not start while GitHub may still list the earlier run', async () => {
    const fake = await fakeActions({});

    await expect(githubActions.start(toolsFor(fake, 5), driverRequest(AGAIN), OPTIONS)).rejects.toThrow(
      /earlier/,
    );
    expect(fake.dispatched).toEqual([]);
  });

  it.each([
    { title: 'Deploy api (staging-bcdfghjk)', state: 'found' },
    { title: 'staging-bcdfghjk', state: 'found' },
    { title: 'Deploy api (staging-xxxxxxxx)', state: 'not_found' },
    { title: 'Deploy api (my.staging-bcdfghjk)', state: 'not_found' },
    { title: 'Deploy', state: 'unknown' },
  ])('takes a run named “$title” for $state', async ({ title, state }) => {
    const fake = await fakeActions({});
    fake.list(title);

    expect((await githubActions.lookup(toolsFor(fake), driverRequest(), OPTIONS)).state).toBe(state);
  });

  it('reads every page of the list before it calls a run missing', async () => {
    const fake = await fakeActions({});
    fake.list('Deploy api (staging-bcdfghjk)');
    for (let other = 0; other < 150; other += 1) fake.list('Deploy api (staging-xxxxxxxx)');

    expect((await githubActions.lookup(toolsFor(fake), driverRequest(), OPTIONS)).state).toBe('found');
  });

  it('admits that a list too long to be read proves nothing', async () => {
    const fake = await fakeActions({ total: 1_500 });
    for (let other = 0; other < 50; other += 1) fake.list('Deploy api (staging-xxxxxxxx)');

    expect((await githubActions.lookup(toolsFor(fake), driverRequest(), OPTIONS)).state).toBe('unknown');
  });
});

describe('what a run’s conclusion means', () => {
  it.each([
    ['success', 'success'],
    ['failure', 'failure'],
    ['timed_out', 'failure'],
    ['startup_failure', 'failure'],
    ['stale', 'failure'],
    ['neutral', 'failure'],
    ['skipped', 'failure'],
    ['cancelled', 'cancelled'],
    ['action_required', 'in_progress'],
    ['__proto__', 'unknown'],
  ])('%s: %s', async (conclusion, state) => {
    const fake = await fakeActions({ conclusion });
    fake.list('staging-bcdfghjk');

    expect((await githubActions.check(toolsFor(fake), driverRequest(), '1', OPTIONS)).state).toBe(state);
  });

  it('waits through GitHub’s outages, and gives up on a run that is gone', async () => {
    const fake = await fakeActions({});
    const { blind } = await target(fake);

    expect(await githubActions.check(toolsFor(fake), driverRequest(), '5', OPTIONS)).toMatchObject({
      state: 'unknown',
    });
    expect(await githubActions.check(blind.tools, driverRequest(), '5', OPTIONS)).toMatchObject({
      state: 'in_progress',
    });
  });
});

describe('cancelling', () => {
  it('is asked for', async () => {
    const fake = await fakeActions({ status: 'in_progress' });
    fake.list('staging-bcdfghjk');

    expect(await githubActions.cancel(toolsFor(fake), driverRequest(), 'by-title', OPTIONS)).toEqual({
      state: 'asked',
    });
    expect(fake.cancelled).toEqual([1]);
  });

  it.each([
    { run: 'one that is over', conclusion: 'failure', answer: { state: 'over', end: { state: 'failure' } } },
    { run: 'one that GitHub will not stop', conclusion: 'action_required', answer: { state: 'cannot' } },
  ])('looks $run up after a 409', async ({ conclusion, answer }) => {
    const fake = await fakeActions({ conclusion });
    fake.list('staging-bcdfghjk');

    expect(await githubActions.cancel(toolsFor(fake), driverRequest(), '1', OPTIONS)).toMatchObject(answer);
  });

  it('is not possible for a run that GitHub does not list yet', async () => {
    const fake = await fakeActions({});

    expect(await githubActions.cancel(toolsFor(fake), driverRequest(), 'by-title', OPTIONS)).toMatchObject({
      state: 'cannot',
      why: expect.stringMatching(/not list/),
    });
  });
});
