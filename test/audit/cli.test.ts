import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { NO_HEAD, rowAfter, verifyRows } from '../../src/audit/chain.ts';
import { auditExport, auditVerify } from '../../src/audit/cli.ts';
import { appendAudit } from '../../src/audit/store.ts';
import { StartError } from '../../src/errors.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { event } from '../support/audit-event.ts';
import { closeContexts, testRedis } from '../support/context.ts';

afterEach(closeContexts);

it('says that the trail is whole, with the hash to keep elsewhere', async () => {
  const redis = await trail(3);

  const { code, text } = await printed((write) => auditVerify(redis, write));

  expect(code).toBe(0);
  expect(text).toMatch(/^The audit trail is whole: 3 entries, last hash [0-9a-f]{64}\.\n$/);
});

it('says that there is nothing yet', async () => {
  expect(await printed((write) => auditVerify(testRedis(), write))).toEqual({
    code: 0,
    text: 'The audit trail is empty.\n',
  });
});

it.each<{ done: string; harm: (redis: RedisClient) => Promise<unknown>; says: RegExp }>([
  {
    done: 'a row was changed',
    harm: (redis) => redis.lset(TRAIL, 2, 'x'),
    says: /line: 3, it cannot be read/,
  },
  { done: 'the tail was cut off', harm: (redis) => redis.ltrim(TRAIL, 0, 3), says: /line: 5, it is missing/ },
  { done: 'all rows are gone', harm: (redis) => redis.del(TRAIL), says: /line: 1, it is missing/ },
  { done: 'a row was added', harm: (redis) => redis.rpush(TRAIL, 'x'), says: /line: 7, it cannot be read/ },
  {
    done: 'the head is gone',
    harm: (redis) => redis.del(`${TRAIL}:head`),
    says: /line: 7, nothing readable says/,
  },
  {
    done: 'an older head was put back',
    harm: async (redis) => redis.set(`${TRAIL}:head`, `{"seq":4,"hash":"${'0'.repeat(64)}"}`),
    says: /line: 5, it stands behind the end/,
  },
])('names the first bad line and fails when $done', async ({ harm, says }) => {
  const redis = await trail(6);
  await harm(redis);

  const { code, text } = await printed((write) => auditVerify(redis, write));

  expect(code).toBe(1);
  expect(text).toMatch(says);
});

it('exports the rows as they are stored, so that they verify outside', async () => {
  const redis = await trail(1_234);

  const { text } = await printed((write) => auditExport(redis, {}, write));

  const lines = text.trimEnd().split('\n');
  expect(lines).toEqual(await redis.lrange(TRAIL, 0, -1));
  expect(await verifyRows(lines)).toMatchObject({ ok: true, entries: 1_234 });
  expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual(
    'seq id at actor action subject outcome reason detail prev hash'.split(' '),
  );
});

it('exports from a date on, without a hole for what was told late', async () => {
  const redis = testRedis();
  for (const day of ['01', '02', '03', '02', '04']) {
    await appendAudit(redis, event(`${day}-${Math.random()}`, { at: new Date(`2030-01-${day}T00:00:00Z`) }));
  }

  const since = async (text: string) => {
    const exported = await printed((write) => auditExport(redis, { since: text }, write));
    return exported.text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).seq);
  };

  expect(await since('2030-01-03')).toEqual([3, 4, 5]);
  expect(await since('2030-01-03T01:00:00+02:00')).toEqual([3, 4, 5]);
  expect(await since('2030-01-03T00:00:01Z')).toEqual([5]);
  expect(await since('2031-01-01')).toEqual([]);
});

it.each(['yesterday', '', '2030-02-31', '2030-13-01', '01.02.2030', '2030-01-03T10:00', '3'])(
  'refuses --since %s before it writes a line',
  async (since) => {
    const redis = await trail(1);
    const lines: string[] = [];

    await expect(auditExport(redis, { since }, (line) => void lines.push(line))).rejects.toThrow(StartError);
    expect(lines).toEqual([]);
  },
);

it('waits for a reader that is slow', async () => {
  const redis = await trail(3);
  let pending = 0;
  let most = 0;

  await auditExport(redis, {}, async () => {
    most = Math.max(most, (pending += 1));
    await new Promise((resolve) => setImmediate(resolve));
    pending -= 1;
  });

  expect(most).toBe(1);
});

it('is verified by the program that the documentation gives to outsiders', async () => {
  const { text } = await printed(async (write) => auditExport(await trail(5), {}, write));
  const lines = text.trimEnd().split('\n');

  expect(await outsiderSays(lines)).toMatch(/^whole, up to entry 5: [0-9a-f]{64}\n$/);
  expect(await outsiderSays(lines.slice(2))).toMatch(/^whole, up to entry 5/);
  expect(await outsiderSays(lines.toSpliced(3, 1))).toBe('first bad entry: 5\n');
  expect(await outsiderSays(lines.with(1, lines[1]?.replace('ASHA', 'BEN') ?? ''))).toBe(
    'first bad entry: 2\n',
  );
});

it('verifies a hundred thousand entries', async () => {
  const redis = testRedis();
  let head = NO_HEAD;
  for (let block = 0; block < 100; block += 1) {
    const rows = Array.from({ length: 1_000 }, (_, index) => {
      const next = rowAfter(
        head,
        event(`${block}-${index}`, { detail: { ref: 'main', sha: 'a'.repeat(40) } }),
      );
      head = next.head;
      return next.row;
    });
    await redis.rpush(TRAIL, ...rows);
  }
  await redis.set(`${TRAIL}:head`, JSON.stringify(head));

  const { code, text } = await printed((write) => auditVerify(redis, write));

  expect(text).toMatch(/whole: 100000 entries/);
  expect(code).toBe(0);
});

const TRAIL = 'baton:{audit}:trail';

async function trail(length: number): Promise<RedisClient> {
  const redis = testRedis();
  await Promise.all(Array.from({ length }, (_, index) => appendAudit(redis, event(`e${index}`))));
  return redis;
}

async function printed(command: (write: (line: string) => void) => Promise<number>) {
  let text = '';
  const code = await command((more) => {
    text += `${more}\n`;
  });
  return { code, text };
}

async function outsiderSays(lines: readonly string[]): Promise<string> {
  const program = /```js\n(.*?)```/s.exec(readFileSync('docs/audit.md', 'utf8'))?.[1] ?? '';
  const node = spawn(process.execPath, ['--input-type=module', '-e', program]);
  let said = '';
  node.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  node.stdin.end(lines.map((line) => `${line}\n`).join(''));
  await once(node, 'close');
  return said;
}
