import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { signatureOf } from '../../src/drivers/callback.ts';
import { DriverOptions } from '../../src/drivers/index.ts';
import { webhook } from '../../src/drivers/webhook.ts';
import { driverRequest } from './requests.ts';
import { AGAIN, runToTheEnd, until } from './suite.ts';
import { driverTools, SECRET } from './tools.ts';

const PAGE = readFileSync('docs/drivers.md', 'utf8');

function blocks(language: string): string[] {
  return Array.from(
    PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')),
    ([, text = '']) => text,
  );
}

it('shows configurations that are valid', () => {
  const shown = blocks('yaml')
    .map((text) => parse(text).driver)
    .filter(Boolean);

  expect(shown.map((options) => DriverOptions.parse(options).type)).toEqual([
    'command',
    'webhook',
    'github-actions',
    'github-deployment',
  ]);
});

it('shows a workflow for GitHub Deployments that skips records and repetitions, and cuts no run off', () => {
  const { on, jobs } = blocks('yaml')
    .map((text) => parse(text))
    .find((text) => 'jobs' in text);
  const { if: when, concurrency, steps } = jobs.deploy;

  expect(on).toBe('deployment');
  expect(when).toMatch(/!github\.event\.deployment\.payload\.baton .* github\.run_attempt == 1/);
  expect(concurrency['cancel-in-progress']).toBe(false);
  expect(steps[0].with.script).toMatch(/payload\.fence > payload\.fence\b/);
  expect(JSON.stringify(steps.map((step: { run?: string }) => step.run ?? ''))).not.toContain('${{');
});

describe('the receiver that it shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-receiver-'));
  const file = (name: string) => join(folder, name);
  let receiver: ChildProcess;
  let options: DriverOptions & { type: 'webhook' };

  beforeAll(async () => {
    const [source = ''] = blocks('js');
    writeFileSync(file('receiver.mjs'), source);
    writeFileSync(
      file('deploy.mjs'),
      `import { appendFileSync } from 'node:fs'; appendFileSync('starts', process.env.REF + '\\n');
       if (process.env.REF === 'endless') setInterval(() => undefined, 1_000);`,
    );
    const port = await freePort();
    const env = { SECRET, PORT: String(port), PATH: process.env['PATH'] };
    const argv = ['receiver.mjs', process.execPath, 'deploy.mjs'];
    receiver = spawn(process.execPath, argv, { cwd: folder, env, stdio: 'inherit' });
    const url = `http://127.0.0.1:${port}`;
    options = {
      type: 'webhook',
      url: `${url}/hook`,
      status_url: `${url}/status`,
      secret_env: 'DEPLOY_SECRET',
    };
    await until(() => fetch(url).then(Boolean, () => false));
  });

  afterAll(async () => {
    receiver.kill();
    await once(receiver, 'exit');
    rmSync(folder, { recursive: true });
  });

  const starts = () => readFileSync(file('starts'), 'utf8').split('\n').filter(Boolean);
  const run = (request = driverRequest()) =>
    runToTheEnd(
      {
        driver: webhook,
        tools: driverTools(),
        options,
        starts: () => [],
        blind: { tools: driverTools(), options },
      },
      request,
    );

  it('deploys, once', async () => {
    const request = driverRequest({ ref: '$(touch canary)' });
    expect((await webhook.lookup(driverTools(), request, options)).state).toBe('not_found');

    expect((await run(request)).state).toBe('success');
    expect((await run(request)).state).toBe('success');
    expect((await run({ ...request, ...AGAIN })).state).toBe('success');

    expect(starts()).toEqual(['$(touch canary)']);
  });

  it('refuses a lower fence', async () => {
    const end = await run(driverRequest({ deployment: 'staging-kkkkkkkk', fence: 6 }));

    expect(end).toMatchObject({
      state: 'failure',
      summary: expect.stringMatching(/fence 7 was seen on staging\/api/),
    });
    expect(starts()).toHaveLength(1);
  });

  it('ends a run that it is asked to cancel, and says of one that is over how it ended', async () => {
    const request = driverRequest({ deployment: 'staging-cccccccc', fence: 8, ref: 'endless' });
    const cancel = (given = request) => webhook.cancel(driverTools(), given, given.deployment, options);
    await webhook.start(driverTools(), request, options);

    expect((await cancel()).state).toMatch(/^(asked|over)$/);
    expect((await run({ ...request, ...AGAIN })).state).toBe('failure');
    expect(await cancel()).toMatchObject({ state: 'over', end: { state: 'failure' } });
    expect(await cancel(driverRequest())).toMatchObject({ state: 'over', end: { state: 'success' } });
    expect((await cancel(driverRequest({ deployment: 'staging-xxxxxxxx' }))).state).toBe('cannot');
  });

  it('refuses who does not know the secret', async () => {
    const headers = { 'x-baton-signature-256': signatureOf('{}', 'guessed') };

    expect((await fetch(options.url, { method: 'POST', body: '{}', headers })).status).toBe(401);
    expect((await fetch(options.status_url ?? '')).status).toBe(401);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
