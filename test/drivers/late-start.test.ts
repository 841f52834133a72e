import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { refuseLateStart } from '../../src/drivers/driver.ts';
import { type DriverOptions, driverFor, drivers } from '../../src/drivers/index.ts';
import { clientFor } from '../support/github.ts';
import { driverRequest } from './requests.ts';
import { closeServers, serve } from './servers.ts';
import { driverTools } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-late-'));

afterEach(async () => {
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

const OPTIONS: readonly DriverOptions[] = [
  { type: 'webhook', url: 'https://deploy.acme.example/hook', secret_env: 'DEPLOY_SECRET' },
  { type: 'github-actions', workflow: 'deploy.yml', ref: 'main' },
  { type: 'github-deployment' },
  { type: 'command', argv: ['true'] },
];

it.each(OPTIONS)('sends nothing by $type when its process was held up for too long', async (options) => {
  const sent: string[] = [];
  const note = (what: string) => void sent.push(what);
  const url = await serve((request, response) => {
    note(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  const runsFolder = join(folder, 'runs');
  const tools = driverTools({
    github: clientFor(url),
    fetch: async () => {
      note('a request');
      return Response.json({});
    },
    runsFolder,
  });
  const late = driverRequest({ startBefore: performance.now() - 1 });

  await expect(driverFor(options).start(tools, late, options)).rejects.toThrow('not started in time');

  expect(sent).toEqual([]);
  expect(existsSync(runsFolder)).toBe(false);
});

it('is proved for every driver that there is', () => {
  expect(OPTIONS.map(({ type }) => type).toSorted()).toEqual(Object.keys(drivers).toSorted());
  expect(() => refuseLateStart(driverRequest())).not.toThrow();
});
