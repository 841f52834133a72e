import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { NO_HEAD } from '../../src/audit/chain.ts';
import { appendAudit, listAudit, readTrail, verifyAudit } from '../../src/audit/store.ts';
import { UnreadableError } from '../../src/errors.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { event } from '../support/audit-event.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';

afterEach(closeContexts);

it('numbers entries from 1 without a gap, each naming the hash of the one before', async () => {
  const redis = testRedis();

  const entries = await inTurn(redis, ['a', 'b', 'c']);

  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(entries.map(({ prev }) => prev)).toEqual([NO_HEAD.hash, entries[0]?.hash, entries[1]?.hash]);
  expect(await verifyAudit(redis)).toMatchObject({ ok: true, entries: 3, head: { hash: entries[2]?.hash } });
});

it('keeps what was told, whatever people wrote', async () => {
  const redis = testRedis();
  const told = event('x', {
    actor: 'github:asha-k',
    subject: 'staging/<!channel>',
    outcome: 'forced',
    reason: 'line\nbreak "quoted" \u0000 \ud800 Ωλ 🚀 ,"hash":"',
    detail: { nested: { list: [1, 2.5, null, true] }, ключ: 'значение', constructor: 'x' },
  });

  const entry = await appendAudit(redis, told);

  expect(entry).toMatchObject({ ...told, seq: 1 });
  expect((await listAudit(redis, { limit: 1 })).items).toEqual([entry]);
  expect(await verifyAudit(redis)).toMatchObject({ ok: true });
});

it('stands once for an event that is told again, by whichever process', async () => {
  const prefix = `${randomUUID()}:`;
  const [one, other] = [testRedis(prefix), testRedis(prefix)];
  const first = await appendAudit(one, event('same', { at: NOON }));
  await appendAudit(one, event('between'));

  const again = await appendAudit(one, event('same', { at: new Date('2030-01-16T12:00:00Z') }));
  const elsewhere = await appendAudit(other, event('same'));

  expect([again, elsewhere]).toEqual([first, first]);
  expect(await one.llen('baton:{audit}:trail')).toBe(2);
});

it('stands once for an event that is told many times at once', async () => {
  const redis = testRedis();

  const entries = await Promise.all(Array.from({ length: 50 }, () => appendAudit(redis, event('same'))));

  expect(new Set(entries.map(({ hash }) => hash)).size).toBe(1);
  expect(await verifyAudit(redis)).toMatchObject({ ok: true, entries: 1 });
});

it('takes the new events of a batch that also repeats an old one', async () => {
  const redis = testRedis();
  await inTurn(redis, ['first', 'old']);

  const entries = await Promise.all(['new', 'old', 'newer'].map((id) => appendAudit(redis, event(id))));

  expect(entries.map(({ id, seq }) => [id, seq])).toEqual([
    ['new', 3],
    ['old', 2],
    ['newer', 4],
  ]);
});

it('remembers for at least a week that an event was told', async () => {
  const redis = testRedis();

  await appendAudit(redis, event('kept'));

  expect(await redis.ttl('baton:{audit}:trail:event:kept')).toBeGreaterThan(7 * 86_400);
});

it('has one chain of all that eight processes tell at once', async () => {
  const prefix = `${randomUUID()}:`;
  const processes = Array.from({ length: 8 }, () => testRedis(prefix));

  await Promise.all(
    processes.map(async (redis, name) => {
      for (let index = 0; index < 200; index += 1) await appendAudit(redis, event(`${name}-${index}`));
    }),
  );

  const [redis = testRedis(prefix)] = processes;
  expect(await verifyAudit(redis)).toMatchObject({ ok: true, entries: 1_600 });
  const ids = new Set<string>();
  for await (const row of readTrail(redis)) ids.add(JSON.parse(row).id);
  expect(ids.size).toBe(1_600);
});

it('takes part in the chain again after Redis has lost it', async () => {
  const redis = testRedis();
  await inTurn(redis, ['a', 'b']);
  await redis.del('baton:{audit}:trail', 'baton:{audit}:trail:head', 'baton:{audit}:trail:event:a');

  expect(await appendAudit(redis, event('a'))).toMatchObject({ seq: 1, prev: NO_HEAD.hash });
});

it.each([
  { damage: 'is missing', head: undefined },
  { damage: 'cannot be read', head: '{"seq":' },
])('refuses to guess where the trail ends when its head $damage', async ({ head }) => {
  const prefix = `${randomUUID()}:`;
  const redis = testRedis(prefix);
  await inTurn(redis, ['a', 'b']);
  await (head === undefined
    ? redis.del('baton:{audit}:trail:head')
    : redis.set('baton:{audit}:trail:head', head));

  await expect(appendAudit(redis, event('c'))).rejects.toThrow(UnreadableError);
  await expect(appendAudit(testRedis(prefix), event('d'))).rejects.toThrow(UnreadableError);
  expect(await redis.llen('baton:{audit}:trail')).toBe(2);
});

it('refuses an event that no reader would accept, and harms no other of the same batch', async () => {
  const redis = testRedis();
  const broken = { ...event('broken'), outcome: 'perhaps' as 'accepted' };

  const told = await Promise.allSettled(
    [event('good'), broken, event('better')].map((one) => appendAudit(redis, one)),
  );

  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await verifyAudit(redis)).toMatchObject({ ok: true, entries: 2 });
});

it('lists the newest first, page by page', async () => {
  const redis = testRedis();
  await inTurn(redis, ['a', 'b', 'c', 'd', 'e']);

  const first = await listAudit(redis, { limit: 2 });
  const second = await listAudit(redis, { limit: 2, before: first.next ?? 0 });
  const third = await listAudit(redis, { limit: 2, before: second.next ?? 0 });

  expect([first, second, third].map(({ items }) => items.map(({ seq }) => seq))).toEqual([
    [5, 4],
    [3, 2],
    [1],
  ]);
  expect(third.next).toBeNull();
  expect(await listAudit(redis, { limit: 2, before: 1 })).toEqual({ items: [], next: null });
  expect(await listAudit(testRedis(), { limit: 2 })).toEqual({ items: [], next: null });
});

it('lists an unreadable row as such', async () => {
  const redis = testRedis();
  await inTurn(redis, ['a', 'b', 'c']);
  await redis.lset('baton:{audit}:trail', 1, 'nonsense');

  const { items } = await listAudit(redis, { limit: 10 });

  expect(items[1]).toEqual({ seq: 2, unreadable: true });
});

async function inTurn(redis: RedisClient, ids: readonly string[]) {
  const entries = [];
  for (const id of ids) entries.push(await appendAudit(redis, event(id)));
  return entries;
}
