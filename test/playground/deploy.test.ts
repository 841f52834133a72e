import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect, it } from '@jest/globals';
import { playgroundFile } from '../../playground/package-files.ts';

function deploy(ref: string) {
  const env = {
    BATON_ENVIRONMENT: 'staging',
    BATON_SERVICE: 'shop',
    BATON_REF: ref,
    BATON_SHA: 'abcdef0123456789abcdef0123456789abcdef01',
    PLAYGROUND_LIVE: 'http://127.0.0.1:3000/playground/live',
    PLAYGROUND_SECONDS: '0',
  };
  const run = spawnSync(process.execPath, [playgroundFile('deploy.mjs')], {
    env,
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return { code: run.status, lines: run.stdout.trimEnd().split('\n') };
}

it('tells what it does line by line and ends with the address', () => {
  const { code, lines } = deploy('feature/prices');

  expect(code).toBe(0);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines[0]).toContain('Deploying shop abcdef0 (feature/prices) to staging');
  expect(lines.at(-1)).toBe('BATON_URL=http://127.0.0.1:3000/playground/live/staging/shop?sha=abcdef0');
});

it('fails for the branch named broken, with a last line that says why', () => {
  const { code, lines } = deploy('broken');

  expect(code).toBe(1);
  expect(lines.at(-1)).toBe('Health check failed: 1 of 3 instances answered 500');
});
