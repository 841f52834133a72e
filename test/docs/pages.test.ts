import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { commands } from '../../commands/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Variables } from '../../src/config/variables.ts';
import { listDeployments, loadDeployment } from '../../src/deployments/store.ts';
import { openRunsFolder } from '../../src/drivers/runs.ts';
import { deploy } from '../../workers/deploy.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const folder = mkdtempSync(join(tmpdir(), 'baton-pages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readme = readFileSync('README.md', 'utf8');
const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

it('shows a small configuration that really deploys', async () => {
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(readme) ?? [];
  const path = join(folder, 'baton.yml');
  writeFileSync(path, yaml);
  const { config } = await loadConfig(path);
  const { driverTools } = testContext();
  const runsFolder = join(folder, 'runs');
  const place = await openRunsFolder(runsFolder);
  const ctx = testContext({ config, driverTools: { ...driverTools, runsFolder, place } });

  expect((await speaker(ctx)('U0ASHA', `deploy staging api@${'c'.repeat(40)}`)).to).toBe('none');

  const { items } = await listDeployments(ctx.redis, { environments: ['staging'], limit: 1 });
  const id = items[0]?.id ?? '';
  const job = { version: 1 as const, deployment: id, reference: 'r' };
  while ((await deploy.run(ctx, job, { id, again: false, last: false })) !== 'done') await sleep(50);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'success', tail: 'deployed' });
}, 60_000);

it('names every command that there is', () => {
  const ready = commands.map(({ name }) => name);

  for (const name of ready) expect(readme).toContain(name.replace(/^baton (?!help)/, ''));
});

it('explains every variable that is read', () => {
  const table = readFileSync('docs/operations.md', 'utf8');

  for (const name of Object.keys(Variables.shape)) expect(table).toContain(`\`${name}\``);
});

it.each(pages)('has only links that lead somewhere in %s', (page) => {
  const links = Array.from(readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g), ([, to = '']) => to);

  expect(links.filter((to) => !existsSync(join(dirname(page), to)))).toEqual([]);
});
