import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHANNELS, PEOPLE, type Playground, startPlayground } from '../../playground/demo.ts';
import { Config } from '../../src/config/schema.ts';

const folder = mkdtempSync(join(tmpdir(), "baton's playground-"));
const started: Playground[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((playing) => playing.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function playground(): Promise<Playground> {
  const playing = await startPlayground({ batonUrl: 'http://127.0.0.1:3000', folder, commands: [] });
  started.push(playing);
  return playing;
}

it('gives Baton a configuration that holds, with paths that hold wherever a worker runs', async () => {
  const { environment } = await playground();

  const path = environment['BATON_CONFIG'] ?? '';
  const config = Config.parse(parse(readFileSync(path, 'utf8')));

  expect(isAbsolute(path)).toBe(true);
  for (const { driver } of Object.values(config.environments)) {
    expect(driver).toMatchObject({
      type: 'command',
      argv: [process.execPath, expect.stringMatching(/\/playground\/deploy\.mjs$/)],
      env: { PLAYGROUND_LIVE: 'http://127.0.0.1:3000/playground/live' },
    });
  }
});

it('names the same people and channels in Slack and in the configuration', async () => {
  const { environment } = await playground();
  const config = Config.parse(parse(readFileSync(environment['BATON_CONFIG'] ?? '', 'utf8')));

  expect(config.people.map(({ slack }) => slack)).toEqual(PEOPLE.map(({ id }) => id));
  const channels = [
    ...Object.values(config.slack.channels),
    ...Object.values(config.environments).flatMap(({ channel }) => channel ?? []),
  ];
  for (const channel of channels) expect(CHANNELS.map(({ id }) => id)).toContain(channel);
});

it('plays Slack and GitHub on loopback alone, with other secrets each time', async () => {
  const one = await playground();
  const other = await playground();

  for (const name of ['SLACK_API_URL', 'GITHUB_API_URL']) {
    expect(one.environment[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
  }
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'GITHUB_TOKEN']) {
    expect(one.environment[name]).toMatch(/.{20,}/);
    expect(one.environment[name]).not.toBe(other.environment[name]);
  }
});
