import type { Context } from '../context.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';

/** GitHub asks for a second between writes, and refuses more than 500 a hour that make content (docs.github.com: rate limits). */
const INTERVAL_MS = 1_000;
const CONTENT_INTERVAL_MS = 8_000;
const CONTENT_BURST = 40;

/** A turn that nobody takes is given up after this long. */
const KEEP_MS = 600_000;

/*
 * Gives each writer a turn of its own, in the order in which they ask.
 *
 *   KEYS[1]  when the last turn given is      KEYS[2]  when the last one was used      KEYS[3]  this writer's turn
 *   ARGV[1]  milliseconds between writes      ARGV[2]  milliseconds that a turn is kept
 *   ARGV[3]  how many turns may be used at once after a pause     ARGV[4]  now, in milliseconds
 *
 *   Returns  0 when the turn is taken, else the milliseconds to wait before asking again
 */
const TAKE = defineScript(/* lua */ `
  local now = tonumber(ARGV[4])
  local interval = tonumber(ARGV[1])
  local burst = (tonumber(ARGV[3]) - 1) * interval
  local turn = tonumber(redis.call('GET', KEYS[3]) or '')
  if not turn then
    turn = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) + interval, now - burst)
    redis.call('SET', KEYS[1], string.format('%d', turn), 'PX', 86400000)
    redis.call('SET', KEYS[3], string.format('%d', turn), 'PX', string.format('%d', math.max(turn - now, 0) + ARGV[2]))
  end
  local used = tonumber(redis.call('GET', KEYS[2]) or 0)
  local from = math.max(turn, used + (burst > 0 and 1 or interval))
  if from > now then return from - now end
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[2], string.format('%d', now), 'PX', 86400000)
  return 0
`);

type Asker = Pick<Context, 'redis' | 'now'>;

/** Whether `writer` may send one write to GitHub now (0), or after how many seconds it asks again. */
export async function secondsUntilWrite({ redis, now }: Asker, writer: string): Promise<number> {
  return take(redis, 'write', { writer, args: [INTERVAL_MS, KEEP_MS, 1, now().getTime()] });
}

/** The same for a comment: GitHub takes fewer of those, so they have an allowance besides. */
export async function secondsUntilComment({ redis, now }: Asker, writer: string): Promise<number> {
  return take(redis, 'comment', {
    writer,
    args: [CONTENT_INTERVAL_MS, KEEP_MS, CONTENT_BURST, now().getTime()],
  });
}

async function take(
  redis: RedisClient,
  kind: 'write' | 'comment',
  { writer, args }: { readonly writer: string; readonly args: readonly number[] },
): Promise<number> {
  const place = `baton:{github-pace}:${kind}`;
  const wait = await TAKE(redis, [`${place}:given`, `${place}:used`, `${place}:turn:${writer}`], [...args]);
  return Number(wait) / 1_000;
}
