import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import * as z from 'zod';
import { isRunning, ProcessMark } from '../../src/process-identity.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';

let role: RoleProcess;
let folder: string;

afterEach(async () => {
  await role.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('ends in good order, its private Redis with it, on a Ctrl-C that npm hands on as well', async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-stop-'));
  role = startRole('start', { args: ['start'], cwd: folder, env: { PORT: '0', BATON_DATA: folder } });
  await role.ready();
  const Owner = z.object({ server: ProcessMark });
  const { server } = Owner.parse(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')));

  role.signal('SIGINT');
  while (!role.lines.some((line) => line.includes('stopping')))
    await new Promise((resolve) => setImmediate(resolve));
  role.signal('SIGINT');

  expect(await role.ended).toEqual({ code: 0, signal: null });
  expect(isRunning(server)).toBe(false);
});
