import { expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readSettings } from '../../src/config/settings.ts';
import { openContext } from '../../src/open-context.ts';

it.each(['fast', 'patient'] as const)(
  'refuses the start with one line where BATON_DATA can be no folder (%s)',
  async (use) => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-data-'));
    const taken = join(folder, 'taken');
    await writeFile(taken, '');
    const settings = readSettings({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 's3cr3t',
      REDIS_URL: 'redis://127.0.0.1:1',
      BATON_DATA: taken,
    });
    const place = { redisUrl: 'redis://127.0.0.1:1', batonUrl: 'http://127.0.0.1:1' };

    const opening = openContext({ settings, ...place, use, log: pino({ level: 'silent' }) });

    await expect(opening).rejects.toThrow('BATON_DATA must be a folder that Baton can write to (EEXIST)');
    await rm(folder, { recursive: true });
  },
);
