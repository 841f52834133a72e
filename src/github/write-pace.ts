import type { Context } from '../context.ts';
import { defineScript } from '../redis/script.ts';

/** GitHub asks for a second between writes, and refuses more than 500 a hour that make content (docs.github.com: rate limits). */
const INTERVAL_MS = 1_000;
const COMMENT_INTERVAL_MS = 8_000;
const COMMENT_BURST_MS = 39 * COMMENT_INTERVAL_MS;

/** A turn that nobody takes is given up after this long. */
const KEEP_MS = 3_600_000;

/*
 * Gives each writer a turn of its own, in the order in which they ask. A comment waits for its turn among comments first,
 * and then for one among all writes; both are used at once, or neither.
 *
 *   KEYS[1]  when the last turn given is      KEYS[2]  this writer's turn      KEYS[3]  when GitHub was last written to
 *   KEYS[4]  when the last turn given to a comment is      KEYS[5]  this writer's turn among comments
 *   ARGV[1]  now   ARGV[2]  between writes   ARGV[3]  how long a turn is kept   (all in milliseconds)
 *   ARGV[4]  between comments, 0 for what is none      ARGV[5]  how many milliseconds of comments may come at once
 *
 *   Returns  0 when the turn is taken, else the milliseconds to wait before asking again
 */
const TAKE = defineScript(/* lua */ `
  local now, between, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local function turn(given, own, interval, burst)
    local at = tonumber(redis.call('GET', own) or '')
    if at then return at end
    at = math.max(tonumber(redis.call('GET', given) or 0) + interval, now - burst)
    redis.call('SET', given, string.format('%d', at), 'PX', 86400000)
    redis.call('SET', own, string.format('%d', at), 'PX', string.format('%d', math.max(at - now, 0) + keep))
    return at
  end
  local isComment = ARGV[4] ~= '0'
  if isComment then
    local at = turn(KEYS[4], KEYS[5], tonumber(ARGV[4]), tonumber(ARGV[5]))
    if at > now then return at - now end
  end
  local at = math.max(turn(KEYS[1], KEYS[2], between, 0), tonumber(redis.call('GET', KEYS[3]) or 0) + between)
  if at > now then return at - now end
  redis.call('DEL', KEYS[2])
  if isComment then redis.call('DEL', KEYS[5]) end
  redis.call('SET', KEYS[3], string.format('%d', now), 'PX', 86400000)
  return 0
`);

type Asker = Pick<Context, 'redis' | 'now'>;

/** Whether `writer` may send one write to GitHub now (0), or after how many seconds it asks again. */
export async function secondsUntilWrite(asker: Asker, writer: string): Promise<number> {
  return take(asker, { writer, interval: 0, burst: 0 });
}

/** The same for a comment: GitHub takes fewer of those, so they have a line of their own besides. */
export async function secondsUntilComment(asker: Asker, writer: string): Promise<number> {
  return take(asker, { writer: `${writer}:comment`, interval: COMMENT_INTERVAL_MS, burst: COMMENT_BURST_MS });
}

interface Turn {
  readonly writer: string;
  readonly interval: number;
  readonly burst: number;
}

async function take({ redis, now }: Asker, { writer, interval, burst }: Turn): Promise<number> {
  const place = 'baton:{github-pace}';
  const keys = [
    `${place}:write:given`,
    `${place}:write:turn:${writer}`,
    `${place}:used`,
    `${place}:comment:given`,
    `${place}:comment:turn:${writer}`,
  ];
  const wait = await TAKE(redis, keys, [now().getTime(), INTERVAL_MS, KEEP_MS, interval, burst]);
  return Number(wait) / 1_000;
}
