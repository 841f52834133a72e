import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, jest } from '@jest/globals';
import { addChecks, addCommit, addStatus } from '../../playground/github/seed.ts';
import { expectGoodManners } from '../support/house-checks.ts';
import { webhookTo } from '../support/house-town.ts';
import { closeHouses, type House, inHouse } from '../support/house.ts';
import type { Target } from '../support/target.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const environments = (target: Target) => ({
  staging: { services: ['api'], driver: webhookTo(target), checks: 'all' },
});

/** Those of the configuration. */
const REPOSITORIES = ['acme/api', 'acme/web'];

const REPOSITORY = 'GET /repos/{owner}/{repo}';

/** What a worker asks for when it starts, and what the sweep does: no deployment causes it. */
const BY_THE_CLOCK = [`${REPOSITORY}/deployments`, `${REPOSITORY}/pulls`];

/** What every deployment of a default branch asks GitHub for, in any order. */
const GITHUB = [
  `${REPOSITORY}/branches/{branch}`,
  `${REPOSITORY}/commits/{ref}/check-runs`,
  `${REPOSITORY}/commits/{ref}/status`,
  'POST /repos/{owner}/{repo}/deployments',
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
];

it('asks little of Slack and GitHub for a plain deployment', async () => {
  await inHouse({ environments }, async (house) => {
    await Promise.all([house.start('web'), house.start('worker')]);

    await until('the names of the default branches', () =>
      REPOSITORIES.every((name) => house.github.requests.some(({ url }) => url === `/repos/${name}`)),
    );

    const first = await countDeployment(house, 1);
    const second = await countDeployment(house, 2);

    // A worker remembers for five minutes who somebody is, and asks by itself what the default branch is called.
    // Queued, in progress and success are one message; two states that come within a second are one edit.
    expect(first.slack.slice(0, 3)).toEqual(['users.info', 'chat.postMessage', 'chat.update']);
    expect(first.slack.length).toBeLessThanOrEqual(4);
    expect(first.github.toSorted()).toEqual(GITHUB);
    expect(second.slack.slice(0, 2)).toEqual(['chat.postMessage', 'chat.update']);
    expect(second.slack.length).toBeLessThanOrEqual(3);
    expect(second.github.toSorted()).toEqual(GITHUB);
    expectGoodManners(house);
  });
});

interface Counted {
  readonly slack: readonly string[];
  readonly github: readonly string[];
}

/** One deployment from the command to the last that is told of it, and all that both were asked for meanwhile. */
async function countDeployment(house: House, nth: number): Promise<Counted> {
  const { slack, github, target } = house;
  const api = github.repositories.get('acme/api');
  if (api === undefined) throw new Error('there is no repository');
  const sha = addCommit(api, { message: `Work ${nth}`, branch: 'main' });
  addChecks(api, sha, { build: 'success', lint: 'success' });
  addStatus(api, { sha, context: 'ci/old', state: 'success' });
  const before = { slack: slack.calls.length, github: github.requests.length };
  target.state = 'in_progress';

  await house.type('U0ASHA', '/deploy staging');
  const record = () => api.deployments.find((one) => one.sha === sha);
  await until('GitHub to know of the start', () => record()?.statuses.at(-1)?.state === 'in_progress');
  target.state = 'success';
  await until('GitHub to know of the end', () => record()?.statuses.at(-1)?.state === 'success');
  await until(
    'the message',
    () => house.told().filter(({ text }) => text.endsWith('is live')).length === nth,
  );
  await sleep(3_000); // what is asked for too much may come late

  return {
    slack: slack.calls.slice(before.slack).map(({ method }) => method),
    github: github.requests
      .slice(before.github)
      .map(({ operation }) => operation ?? 'unknown')
      .filter((one) => !BY_THE_CLOCK.includes(one)),
  };
}
