import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { GOOD } from './support/config-file.ts';
import { freshBuild, ROOT } from './support/fresh-build.ts';
import { ownRedis } from './support/own-redis.ts';

const undo: (() => unknown)[] = [];

beforeAll(freshBuild, 120_000);

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const SLACK = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret', BATON_API_TOKEN: 'token' };

it.each([
  { role: 'web', env: SLACK, paths: ['/', '/page/page.js', '/page/style.css'] },
  { role: 'start', env: {}, paths: ['/', '/playground/page/chat.js'] },
])('gives its pages in the image, which has no sources ($role)', async ({ role, env, paths }) => {
  const url = await startInImage(role, env);

  const answers = await Promise.all(paths.map((path) => fetch(`${url}${path}`)));

  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
});

/** Starts a role in a folder that holds what the Dockerfile copies, and no more; gives its address. */
async function startInImage(role: string, env: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-image-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['package.json', 'dist', 'scripts']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'baton.yml'), GOOD);
  const redis = await ownRedis();
  undo.push(() => redis.stop());
  const child = spawn(process.execPath, ['scripts/baton.mjs', role], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', REDIS_URL: `unix://${redis.socket}`, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  for await (const line of createInterface(child.stdout)) {
    const url = /(http:\/\/\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('It ended before it listened.');
}
