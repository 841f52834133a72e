import { afterEach, expect, it } from '@jest/globals';
import { nextId } from '../../playground/github/state.ts';
import { createDeployment, findLive, loadDeployment } from '../../src/deployments/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it('keeps one GitHub Deployment, whose statuses are those of the tool that deploys', async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const driver = { type: 'github-deployment' as const };
  const config = testConfig({ environments: { staging: { services: ['api'], driver, checks: 'none' } } });
  const { driverTools } = testContext();
  const ctx = testContext({ config, github, driverTools: { ...driverTools, github } });
  const sha = api.branches.get('main') ?? '';
  const created = await createDeployment(
    ctx.redis,
    wanted({ sha, driver: driver.type, driverOptions: driver }),
  );
  if (created.kind !== 'created') throw new Error(created.kind);
  const { id } = created.deployment;
  const job = { version: 1 as const, deployment: id, reference: 'abcd1234' };
  const look = async () => {
    await deploy.run(ctx, job, { id, again: false, last: false });
    await reportDeployment.run(ctx, job, {
      id: `report-${played.requests.length}`,
      again: false,
      last: false,
    });
  };
  const says = (state: string) => {
    const said = { description: `${state} it is`, environmentUrl: '', createdAt: NOON.toISOString() };
    api.deployments[0]?.statuses.push({ id: nextId(), state, logUrl: 'https://ci.acme.example/7', ...said });
  };

  await look();
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress' });
  says('in_progress');
  await look();
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ logUrl: 'https://ci.acme.example/7' });
  says('success');
  await look();

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'success', summary: 'success it is' });
  expect((await findLive(ctx.redis, 'staging', 'api'))?.deployment).toBe(id);
  expect(api.deployments.map(({ statuses }) => statuses.map(({ state }) => state))).toEqual([
    ['in_progress', 'success'],
  ]);
  const writes = played.requests.filter(({ method }) => method !== 'GET');
  expect(writes.map(({ operation }) => operation)).toEqual(['POST /repos/{owner}/{repo}/deployments']);
  expect(played.violations).toEqual([]);
});
