import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it('builds a clone that has its packages, and then has nothing to do', () => {
  const clone = freshClone();

  expect(setUp(clone)).toEqual({ status: 0, stderr: 'Building …\n' });
  expect(start(clone)).toMatchObject({ status: 7, stdout: 'hello from check\n' });
  expect(setUp(clone)).toEqual({ status: 0, stderr: '' });
});

it('builds again when a source has changed, and forgets what is gone', () => {
  const clone = freshClone();
  writeFileSync(join(clone, 'src/old.ts'), 'export const old = 1;\n');
  setUp(clone);
  expect(readFileSync(join(clone, 'dist/src/old.js'), 'utf8')).toContain('old');

  rmSync(join(clone, 'src/old.ts'));
  writeFileSync(join(clone, 'src/main.ts'), MAIN.replace('hello', 'good day'));

  expect(setUp(clone).stderr).toBe('Building …\n');
  expect(start(clone).stdout).toBe('good day from check\n');
  expect(() => readFileSync(join(clone, 'dist/src/old.js'))).toThrow('ENOENT');
});

it('puts the files of the page beside what is built', () => {
  const clone = freshClone();
  mkdirSync(join(clone, 'src/web/page'), { recursive: true });
  writeFileSync(join(clone, 'src/web/page/index.html'), '<p>hello</p>');

  setUp(clone);

  expect(readFileSync(join(clone, 'dist/src/web/page/index.html'), 'utf8')).toBe('<p>hello</p>');
});

it('says what the compiler found, and ends with 1', () => {
  const clone = freshClone();
  writeFileSync(join(clone, 'src/main.ts'), 'export const main: string = 1;\n');

  const { status, stderr } = start(clone);

  expect(status).toBe(1);
  expect(stderr).toContain(
    "src/main.ts(1,14): error TS2322: Type 'number' is not assignable to type 'string'",
  );
});

it('installs the packages of the lock file when they are missing or were changed since', () => {
  const clone = freshClone();
  const npm = npmThatRuns(
    clone,
    "require('fs').appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n')",
  );

  expect(setUp(clone, { npm_execpath: npm }).stderr).toBe(
    `Installing the packages of package-lock.json …\nBuilding …\n`,
  );
  expect(setUp(clone, { npm_execpath: npm }).stderr).toBe('');
  writeFileSync(join(clone, 'package-lock.json'), '{"packages":{"":{}}}');
  expect(setUp(clone, { npm_execpath: npm }).stderr).toContain('Installing');
  expect(readFileSync(join(clone, 'npm.log'), 'utf8')).toMatch(/^(ci --include=dev .*\n){2}$/);
});

it('takes packages that were installed by hand as they are, if all are there', () => {
  const clone = freshClone();
  rmSync(join(clone, 'node_modules/.baton-stamp'));
  const packages = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { optional: true } };
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages }));
  writeFileSync(
    join(clone, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  );

  expect(setUp(clone).stderr).toBe('Building …\n');
});

it('says why the packages could not be installed', () => {
  const clone = freshClone();
  const npm = npmThatRuns(clone, "console.error('no network here'); process.exit(1)");

  const { status, stderr } = start(clone, { npm_execpath: npm });

  expect(status).toBe(1);
  expect(stderr).toContain('npm ci failed: no network here');
});

it('lets two at once in one folder both end well, and builds once', () => {
  const clone = freshClone();
  const script = 'node -e "$SETUP" & node -e "$SETUP"; wait $!';

  const { status, stderr } = spawnSync('sh', ['-c', script], {
    cwd: clone,
    encoding: 'utf8',
    env: { ...process.env, SETUP: SET_UP },
  });

  expect(status).toBe(0);
  expect(stderr.match(/Building/g)).toHaveLength(1);
});

it('is not held up by a setup that was killed', () => {
  const clone = freshClone();
  const lock = join(clone, '.baton/setup.lock');
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, 'pid'), '999999999');
  expect(setUp(clone).status).toBe(0);

  mkdirSync(lock);
  utimesSync(lock, 0, 0);
  writeFileSync(join(clone, 'src/more.ts'), 'export {};\n');
  expect(setUp(clone).status).toBe(0);
});

it('leaves a production image, which has no sources, as it is', () => {
  const image = freshClone();
  setUp(image);
  for (const name of ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    rmSync(join(image, name), { recursive: true });
  }

  expect(start(image)).toMatchObject({ status: 7, stdout: 'hello from check\n', stderr: '' });
});

it.each([
  ['18.20.0', false],
  ['20.18.9', false],
  ['20.19.0', true],
  ['22.0.0', true],
])('looks at the version of Node: %s', (version, fits) => {
  const script = `import('./scripts/setup.mjs').then((setup) => setup.checkNode('${version}'))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });

  expect(status === 0).toBe(fits);
  if (!fits) expect(stderr).toContain(`Baton needs Node 20.19 or later; this is ${version}.`);
});

const MAIN = `export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.write('hello from ' + argv.join() + '\\n');
  return 7;
}
`;
const SET_UP = "import('./scripts/setup.mjs').then((s) => s.setup())";

function freshClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'baton-clone-'));
  folders.push(clone);
  for (const name of ['scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  }
  for (const folder of ['src', 'node_modules']) mkdirSync(join(clone, folder));
  for (const name of ['typescript', '@typescript', '@types', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(clone, 'node_modules', name));
  }
  writeFileSync(join(clone, 'package-lock.json'), '{"packages":{}}');
  writeFileSync(join(clone, 'node_modules/.package-lock.json'), '{"packages":{}}');
  writeFileSync(join(clone, 'src/main.ts'), MAIN);
  setUpPackages(clone);
  return clone;
}

/** Stands in for npm: what matters is when it is called and with what. The clone has no packages yet. */
function npmThatRuns(clone: string, script: string): string {
  rmSync(join(clone, 'node_modules/.baton-stamp'));
  rmSync(join(clone, 'node_modules/.package-lock.json'));
  mkdirSync(join(clone, 'npm'));
  writeFileSync(join(clone, 'npm/package.json'), '{}');
  writeFileSync(join(clone, 'npm/npm-cli.js'), script);
  return join(clone, 'npm/npm-cli.js');
}

/** As if they had been installed. */
function setUpPackages(clone: string): void {
  const script = "import('./scripts/setup.mjs').then((s) => s.packagesAreCurrent(process.cwd()))";
  spawnSync(process.execPath, ['-e', script], { cwd: clone });
}

function setUp(clone: string, env: Record<string, string> = {}) {
  const options = { cwd: clone, encoding: 'utf8' as const, env: { ...process.env, ...env } };
  const { status, stderr } = spawnSync(process.execPath, ['-e', SET_UP], options);
  return { status, stderr };
}

function start(clone: string, env: Record<string, string> = {}) {
  const options = { cwd: clone, encoding: 'utf8' as const, env: { ...process.env, ...env } };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/baton.mjs', 'check'], options);
  return { status, stdout, stderr };
}
