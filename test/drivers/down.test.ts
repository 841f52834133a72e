import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { addWorkflow } from '../../playground/github/seed.ts';
import { githubActions } from '../../src/drivers/github-actions.ts';
import { githubDeployment } from '../../src/drivers/github-deployment.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { closeRuns, place } from './command-target.ts';
import { driverRequest } from './requests.ts';
import { runToTheEnd } from './suite.ts';
import { driverTools } from './tools.ts';

afterEach(closeRuns);
afterEach(closeGitHubs);

it.each(['deploy', 'down'] as const)('tells a program by BATON_ACTION to %s', async (action) => {
  const target = place('');
  const file = target.file('action');
  const script = target.file('tell.mjs');
  writeFileSync(
    script,
    `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(file)}, process.env.BATON_ACTION);`,
  );
  const options = { ...target.options, argv: [process.execPath, script] };

  await runToTheEnd({ ...target, options }, driverRequest({ action }));

  expect(readFileSync(file, 'utf8')).toBe(action);
});

it('tells a workflow by the input action to take it away, and leaves the input out of deployments', async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const inputs = ['environment', 'service', 'ref', 'sha', 'deployment', 'fence', 'action'];
  addWorkflow(api, { file: 'deploy.yml', inputs });
  const start = (action: 'deploy' | 'down', deployment: string) =>
    githubActions.start(driverTools({ github }), driverRequest({ action, deployment }), {
      type: 'github-actions',
      workflow: 'deploy.yml',
    });

  await start('deploy', 'pr-12-bcdfghjk');
  await start('down', 'pr-12-kjhgfdcb');

  const sent = played.requests.flatMap(({ method, body }) => (method === 'POST' ? [body] : []));
  expect(sent).toMatchObject([{ inputs: { deployment: 'pr-12-bcdfghjk' } }, { inputs: { action: 'down' } }]);
  expect(JSON.stringify(sent[0])).not.toContain('action');
});

it('fails when the workflow has no input that could tell it', async () => {
  const { played, github } = await testGitHub();
  addWorkflow(played.addRepository('acme/api'), { file: 'deploy.yml' });

  const started = await githubActions.start(driverTools({ github }), driverRequest({ action: 'down' }), {
    type: 'github-actions',
    workflow: 'deploy.yml',
  });

  expect(started).toMatchObject({ state: 'failure', summary: expect.stringContaining('Unexpected inputs') });
});

it('tells other tools by the payload, and GitHub that the environment will go', async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const sha = api.branches.get('main') ?? '';
  const request = driverRequest({ action: 'down', transient: true, environment: 'pr-12', sha });

  await githubDeployment.start(driverTools({ github }), request, { type: 'github-deployment' });

  expect(api.deployments).toMatchObject([
    { transient: true, payload: { action: 'down' }, environment: 'pr-12' },
  ]);
});
