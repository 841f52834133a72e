import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { readSettings } from '../src/config/settings.ts';

const Service = z.object({
  command: z.union([z.string(), z.array(z.string())]),
  hostname: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }),
  volumes: z.array(z.union([z.string(), z.looseObject({ target: z.string(), read_only: z.boolean() })])),
  ports: z.array(z.string()).optional(),
});
const compose = z
  .object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }));
const dockerfile = readFileSync('Dockerfile', 'utf8');
const { redis, web, worker } = compose.services;

it('runs Redis, the web role and workers', () => {
  expect(Object.keys(compose.services)).toEqual(['redis', 'web', 'worker']);
  expect(web?.command).toEqual(['web']);
  expect(worker?.command).toEqual(['worker']);
  expect(dockerfile).toContain('ENTRYPOINT ["node", "--enable-source-maps", "scripts/baton.mjs"]');
});

it.each(['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction', '--hz 100'])(
  'runs Redis with %s',
  (setting) => {
    expect(redis?.command).toContain(setting);
    expect(redis?.volumes).toEqual(['redis:/data']);
  },
);

it.each([
  ['web', web],
  ['worker', worker],
])('starts %s with settings that Baton accepts, once Redis is there', (_role, service) => {
  const given = Object.entries(service?.environment ?? {}).filter(([, value]) => !value.includes('${'));

  expect(readSettings(Object.fromEntries(given))).toMatchObject({
    host: '0.0.0.0',
    redisUrl: 'redis://redis:6379',
    configFile: '/etc/baton/baton.yml',
  });
  expect(service?.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
  expect(service?.healthcheck.test.join(' ')).toContain("fetch('http://127.0.0.1:3000/readyz')");
  expect(service?.volumes).toContainEqual(expect.objectContaining({ target: '/etc/baton', read_only: true }));
});

it('gives workers a host name that a new container keeps, as the command driver needs', () => {
  expect(worker?.hostname).toBe('baton-worker');
});

it('keeps the secrets in a file that is neither in the repository nor in the image', () => {
  const text = readFileSync('docker-compose.yml', 'utf8');

  expect(text).not.toMatch(/(TOKEN|SECRET|KEY)\b.*:/);
  expect(web?.env_file).toEqual([{ path: '.env', required: true }]);
  expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.env');
  expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('*');
  expect(readFileSync('.dockerignore', 'utf8')).not.toContain('.env');
});

it('gives to the build what it reads, and runs as nobody special', () => {
  const allowed = [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)].map(
    ([, name = '']) => name,
  );

  expect(allowed.filter((name) => !existsSync(name) && name !== 'bench')).toEqual([]);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/npm ci --ignore-scripts/);
  expect(dockerfile).toMatch(/npm prune --omit=dev/);
});

it('publishes one port, on this machine unless told otherwise', () => {
  expect(web?.ports).toEqual(['${PUBLISH:-127.0.0.1:3000}:3000']);
  expect(worker?.ports).toBeUndefined();
  expect(redis?.ports).toBeUndefined();
});

it('has a check for every change that needs no terminal', () => {
  expect(statSync('.ci/run').mode & 0o111).not.toBe(0);
  expect(readFileSync('.ci/run', 'utf8')).toContain('npm test </dev/null');
});
