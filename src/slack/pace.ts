import { type RedisClient, defineScript } from '../redis/script.ts';

/** Slack takes 50 updates a minute and about one message a second in a channel, with short bursts. */
const INTERVAL_MS = 1_200;
const BURST = 4;

/** Who has not asked again this long after their time has nothing to send any more, and is forgotten. */
const GIVEN_UP_MS = 60_000;

/*
 * Takes the next turn in a channel, by Redis' own clock, so that all workers keep one pace. Whoever must wait stands in
 * a line in which each has a time of their own: were all told the time of the next turn, all would come back for it.
 * Whoever finds their turn taken gets the next one; after a pause all have new times.
 *
 *   KEYS[1]  when the channel's allowance will be whole again, in milliseconds
 *   KEYS[2]  exists while Slack wants patience for this channel
 *   KEYS[3]  the line: who waits, by when they may ask again
 *   ARGV[1]  milliseconds between messages
 *   ARGV[2]  messages that may come at once
 *   ARGV[3]  who asks
 *   ARGV[4]  milliseconds for which a place is remembered after its time
 *
 *   Returns  0 when the turn is taken, else the milliseconds to wait before asking again
 */
const takeTurnScript = defineScript(/* lua */ `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local whole = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
  local paused = math.max(redis.call('PTTL', KEYS[2]), 0)
  local free = math.max(whole - (ARGV[2] - 1) * ARGV[1], now + paused)
  if free <= now then
    redis.call('SET', KEYS[1], string.format('%d', whole + ARGV[1]), 'PX', whole + ARGV[1] - now)
    redis.call('ZREM', KEYS[3], ARGV[3])
    return 0
  end
  local mine = tonumber(redis.call('ZSCORE', KEYS[3], ARGV[3]) or 0)
  if mine > now then return mine - now end
  if mine > 0 and paused == 0 then return free - now end
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[4])
  local last = tonumber(redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2] or 0)
  local turn = math.max(free, last + ARGV[1])
  redis.call('ZADD', KEYS[3], turn, ARGV[3])
  redis.call('PEXPIRE', KEYS[3], turn - now + ARGV[4])
  return turn - now
`);

/** Takes a turn to send to the channel, or says after how many seconds to ask again. What asks is one message. */
export async function takeTurn(redis: RedisClient, channel: string, message: string): Promise<number> {
  const keys = [paceKey(channel), pauseKey(channel), lineKey(channel)];
  const wait = Number(await takeTurnScript(redis, keys, [INTERVAL_MS, BURST, message, GIVEN_UP_MS]));
  return wait / 1_000;
}

/** Holds back all workers from this channel, and from no other, as Slack's `Retry-After` asks. */
export async function pauseChannel(redis: RedisClient, channel: string, seconds: number): Promise<void> {
  await redis.set(pauseKey(channel), '1', 'PX', Math.ceil(seconds * 1_000));
}

function paceKey(channel: string): string {
  return `baton:{${channel}}:pace`;
}

function pauseKey(channel: string): string {
  return `baton:{${channel}}:paused`;
}

function lineKey(channel: string): string {
  return `baton:{${channel}}:line`;
}
