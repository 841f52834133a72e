import { type RedisClient, defineScript } from '../redis/script.ts';

/** Slack takes 50 updates a minute and about one message a second in a channel, with short bursts. */
const INTERVAL_MS = 1_200;
const BURST = 4;

/*
 * Takes the next turn in a channel, by Redis' own clock, so that all workers keep one pace.
 *
 *   KEYS[1]  when the channel's allowance will be whole again, in milliseconds
 *   KEYS[2]  exists while Slack wants patience for this channel
 *   ARGV[1]  milliseconds between messages
 *   ARGV[2]  messages that may come at once
 *
 *   Returns  0 when the turn is taken, else the milliseconds to wait before asking again
 */
const takeTurnScript = defineScript(/* lua */ `
  local paused = redis.call('PTTL', KEYS[2])
  if paused > 0 then
    return paused
  end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local whole = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
  local wait = whole - (ARGV[2] - 1) * ARGV[1] - now
  if wait > 0 then
    return wait
  end
  redis.call('SET', KEYS[1], string.format('%d', whole + ARGV[1]), 'PX', whole + ARGV[1] - now)
  return 0
`);

/** Takes a turn to send to the channel, or says after how many seconds to ask again. */
export async function takeTurn(redis: RedisClient, channel: string): Promise<number> {
  const wait = Number(
    await takeTurnScript(redis, [paceKey(channel), pauseKey(channel)], [INTERVAL_MS, BURST]),
  );
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
