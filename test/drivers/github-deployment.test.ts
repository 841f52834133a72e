import { afterEach, describe, expect, it } from '@jest/globals';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import { nextId, type Repository } from '../../playground/github/state.ts';
import { githubDeployment } from '../../src/drivers/github-deployment.ts';
import { clientFor, closeGitHubs, testGitHub } from '../support/github.ts';
import { gitHubBehind } from './github-behind.ts';
import { driverRequest, NOON } from './requests.ts';
import { closeServers, serve } from './servers.ts';
import { AGAIN, itIsADriver, itSurvivesItsConnection, type Play, runToTheEnd, type Target } from './suite.ts';
import { driverTools } from './tools.ts';

const OPTIONS = { type: 'github-deployment' } as const;
const worlds: PlayedGitHub[] = [];

afterEach(async () => {
  expect(worlds.splice(0).flatMap(({ violations }) => violations)).toEqual([]);
  await closeGitHubs();
  await closeServers();
});

interface World extends Target {
  readonly played: PlayedGitHub;
  readonly api: Repository;
  /** What the tool that deploys says of the newest GitHub Deployment. */
  says(...states: (string | { state: string; description?: string; logUrl?: string })[]): void;
}

const secondsLater = (seconds: number) => () => new Date(NOON.getTime() + seconds * 1_000);

/** A played GitHub, and a tool that says `states` of whatever is created there. */
async function world(...states: string[]): Promise<World> {
  const { played, github } = await testGitHub();
  worlds.push(played);
  const api = played.addRepository('acme/api');
  const [first] = api.commits.values();
  const { sha } = driverRequest();
  if (first !== undefined) api.commits.set(sha, { ...first, sha });
  const tools = driverTools({ github, now: secondsLater(130) });
  const down = await serve((_request, response) => response.writeHead(503).end('{}'));
  const says: World['says'] = (...all) => {
    for (const one of all) {
      const said = { description: '', logUrl: '', environmentUrl: '', createdAt: NOON.toISOString() };
      const status = typeof one === 'string' ? { state: one } : one;
      api.deployments.at(-1)?.statuses.push({ id: nextId(), ...said, ...status });
    }
  };
  const start: typeof githubDeployment.start = async (...given) => {
    const created = api.deployments.length;
    try {
      return await githubDeployment.start(...given);
    } finally {
      if (api.deployments.length > created) says(...states);
    }
  };
  return {
    played,
    api,
    says,
    driver: { ...githubDeployment, start },
    options: OPTIONS,
    tools,
    starts: () => api.deployments.map((one) => ({ ...(one.payload as object), sha: one.sha })),
    blind: { tools: { ...tools, github: clientFor(down) }, options: OPTIONS },
  };
}

const PLAYS: Record<Play, string[]> = {
  succeeds: ['queued', 'in_progress', 'success'],
  fails: ['failure'],
  'runs on': ['pending', 'in_progress'],
  'loses the answer': [],
};

async function playedTool(play: Play): Promise<Target> {
  const target = await world(...PLAYS[play]);
  if (play === 'loses the answer') {
    const { played } = target;
    played.failNext({ method: 'POST', path: /deployments$/, does: 'reset_after' });
    played.failNext({ method: 'GET', path: /deployments/, does: { status: 502, body: {} }, times: 9 });
  }
  return target;
}

describe('github-deployment', () => {
  itIsADriver(playedTool);

  itSurvivesItsConnection(async (fault) => {
    const target = await world('in_progress', 'success');
    return { ...target, ...(await gitHubBehind(target.played.url, fault)) };
  });
});

it('creates a GitHub Deployment of the very commit, which merges nothing and waits for no checks', async () => {
  const { played, api, tools, driver } = await world();
  const options = { ...OPTIONS, task: 'deploy:api', payload: { size: 'small', fence: 99 } };

  const started = await driver.start(tools, driverRequest({ ref: 'feature/x' }), options);

  expect(started).toEqual({ state: 'started', run: String(api.deployments[0]?.id) });
  expect(played.requests.map(({ method, body }) => [method, body])).toEqual([
    [
      'POST',
      {
        ref: '5f0c9d3c2b1a5f0c9d3c2b1a5f0c9d3c2b1a5f0c',
        task: 'deploy:api',
        environment: 'staging',
        auto_merge: false,
        required_contexts: [],
        payload: {
          driver: 'github-deployment',
          requested_by: 'U0ASHA',
          size: 'small',
          deployment: 'staging-bcdfghjk',
          environment: 'staging',
          service: 'api',
          ref: 'feature/x',
          fence: 7,
        },
        description: 'api from feature/x, by Baton (staging-bcdfghjk)',
        transient_environment: false,
        production_environment: false,
      },
    ],
  ]);
});

describe('what the statuses mean', () => {
  it.each<[string, string[], object]>([
    ['none', [], { state: 'in_progress' }],
    ['a tool that has it', ['pending'], { state: 'in_progress' }],
    ['a queue', ['in_progress', 'queued'], { state: 'in_progress' }],
    ['an end', ['in_progress', 'success'], { state: 'success' }],
    ['a failure', ['in_progress', 'failure'], { state: 'failure' }],
    ['an error', ['error'], { state: 'failure' }],
    ['the same end twice', ['success', 'success'], { state: 'success' }],
    ['a success that a later one made inactive', ['success', 'inactive'], { state: 'success' }],
    ['given up before any end', ['in_progress', 'inactive'], { state: 'unknown' }],
    ['given up, and ended after all', ['inactive', 'failure'], { state: 'failure' }],
    ['given up, and gone on', ['inactive', 'in_progress'], { state: 'in_progress' }],
    ['a word that is new', ['in_progress', '__proto__'], { state: 'in_progress' }],
    [
      'two ends that differ',
      ['success', 'failure', 'success'],
      { state: 'success', summary: expect.stringMatching(/“failure” afterwards/) },
    ],
    [
      'two that differ the other way round',
      ['error', 'success'],
      { state: 'failure', summary: expect.stringMatching(/reported a failure\. .*“success” afterwards/) },
    ],
  ])('%s: %j', async (_what, states, expected) => {
    const target = await world(...states);
    const started = await target.driver.start(target.tools, driverRequest(), OPTIONS);
    const run = 'run' in started ? started.run : '';

    expect(await githubDeployment.check(target.tools, driverRequest(), run, OPTIONS)).toMatchObject(expected);
  });

  it('gives the words of the end, and addresses that a tool told before it', async () => {
    const target = await world();
    const started = await target.driver.start(target.tools, driverRequest(), OPTIONS);
    target.says({ state: 'in_progress', logUrl: 'https://ci.acme.example/7' });
    target.says({ state: 'failure', description: 'disk\nfull \u202e<!here>', logUrl: 'javascript:alert(1)' });
    target.says({ state: 'inactive', description: 'tidied up' });

    const run = 'run' in started ? started.run : '';
    expect(await githubDeployment.check(target.tools, driverRequest(), run, OPTIONS)).toEqual({
      state: 'failure',
      summary: 'disk full <!here>',
      logUrl: 'https://ci.acme.example/7',
    });
  });

  it('reads every page before it believes that there is no end', async () => {
    const target = await world('failure', ...Array<string>(150).fill('in_progress'));

    expect((await runToTheEnd(target)).state).toBe('failure');
  });

  it('waits through GitHub’s outages, and gives up on a GitHub Deployment that is gone', async () => {
    const { tools, blind } = await world();
    const check = (given: typeof tools) => githubDeployment.check(given, driverRequest(), '5', OPTIONS);

    expect((await check(blind.tools)).state).toBe('in_progress');
    expect((await check({ ...tools, now: secondsLater(119) })).state).toBe('in_progress');
    expect(await check(tools)).toMatchObject({ state: 'unknown', why: expect.stringMatching(/deleted/) });
  });
});

describe('what GitHub answers to the creation', () => {
  const refuses = async (does: { status: number; body: unknown; headers?: Record<string, string> }) => {
    const target = await world();
    target.played.failNext({ method: 'POST', path: /deployments$/, does });
    return target;
  };

  it.each([
    { status: 202, message: 'Auto-merged main into x on deployment.', words: /merged a branch/ },
    { status: 403, message: 'Resource not accessible by integration', words: /not accessible/ },
    { status: 404, message: 'Not Found', words: /acme\/api: Not Found/ },
    { status: 409, message: 'Conflict: Commit status checks failed for main.', words: /checks failed/ },
    { status: 422, message: 'No ref found', words: /No ref/ },
  ])('$status is a failure: $message', async ({ status, message, words }) => {
    const target = await refuses({ status, body: { message, id: 5 } });

    expect(await runToTheEnd(target)).toMatchObject({
      state: 'failure',
      summary: expect.stringMatching(words),
    });
    expect(target.starts()).toEqual([]);
  });

  it.each([429, 403])('%i for its rate limit is tried later', async (status) => {
    const target = await refuses({ status, body: { message: 'API rate limit exceeded' } });

    await expect(runToTheEnd(target)).rejects.toThrow(/rate limit/);
  });

  it('500 is looked into at once: it may have been created', async () => {
    const target = await world('success');
    target.played.failNext({ method: 'POST', path: /deployments$/, does: 'reset_after' });

    expect((await runToTheEnd(target)).state).toBe('success');
    expect(target.starts()).toHaveLength(1);
  });

  it('nothing is asked where GitHub is not configured', async () => {
    const end = await githubDeployment.start(driverTools(), driverRequest(), OPTIONS);

    expect(end).toMatchObject({ state: 'failure', summary: expect.stringMatching(/GITHUB_TOKEN/) });
  });
});

describe('after a crash', () => {
  it('waits two minutes before it believes that nothing was created', async () => {
    const target = await world();
    const { tools, driver } = target;
    const soon = { ...tools, now: secondsLater(119) };

    expect((await driver.lookup(soon, driverRequest(), OPTIONS)).state).toBe('later');
    await expect(driver.start(soon, driverRequest(AGAIN), OPTIONS)).rejects.toThrow(/earlier/);
    expect(target.starts()).toEqual([]);
    expect((await driver.lookup(tools, driverRequest(), OPTIONS)).state).toBe('not_found');
  });

  it('finds its own by the payload, among all of the commit, as JSON text too', async () => {
    const { tools, driver, api } = await world();
    await driver.start(tools, driverRequest(), OPTIONS);
    const [ours] = api.deployments.splice(0);
    if (ours === undefined) throw new Error('nothing was created');
    api.deployments.push({ ...ours, payload: JSON.stringify(ours.payload) });
    for (const payload of [{}, '', 'not JSON', 'null', { deployment: 'staging-xxxxxxxx' }]) {
      for (let more = 0; more < 30; more += 1) api.deployments.push({ ...ours, id: nextId(), payload });
    }

    expect(await driver.lookup(tools, driverRequest(), OPTIONS)).toEqual({
      state: 'found',
      run: String(ours.id),
    });
  });
});

it('writes nothing when it is asked to cancel: GitHub has no such thing, and an end would be made up', async () => {
  const { tools, driver, api } = await world('in_progress');
  const started = await driver.start(tools, driverRequest(), OPTIONS);

  const cancelled = await driver.cancel(tools, driverRequest(), 'run' in started ? started.run : '', OPTIONS);

  expect(cancelled).toMatchObject({ state: 'cannot', why: expect.stringMatching(/no way to cancel/) });
  expect(api.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress']);
});
