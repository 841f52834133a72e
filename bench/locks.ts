import { Redis } from 'ioredis';
import type { Moment } from '../src/locks/change.ts';
import { release } from '../src/locks/release.ts';
import { changeLocks } from '../src/locks/store.ts';
import { take } from '../src/locks/take.ts';
import { median } from './load.ts';
import { startRedis, temporaryFolder } from './processes.ts';

const WARM_UP = 20;
const ROUNDS = 300;
const PAIRS = 50;

/** Pairs of take and release a second, one at a time: the median of the rounds, and each round. */
interface Pairs {
  readonly perSecond: number;
  readonly loads: readonly { readonly perSecond: number }[];
}

export interface LocksResult {
  readonly bare: Pairs;
  readonly store: Pairs;
}

/**
 * Lock take and release through the store beside a bare loop of two scripts, by turns on one Redis. The rounds are short
 * and each goes first as often as the other, so that a disk that is slow for a while is so for both.
 */
export async function measureLocks(): Promise<LocksResult> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const client = new Redis({ path: redis.socket });
  const bare = { pair: barePair(client), loads: [] as { perSecond: number }[] };
  const store = { pair: storePair(client), loads: [] as { perSecond: number }[] };
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const loop of round % 2 === 0 ? [bare, store] : [store, bare]) {
      const begin = performance.now();
      for (let index = 0; index < PAIRS; index += 1) await loop.pair(`${round}-${index}`);
      if (round >= WARM_UP) loop.loads.push({ perSecond: PAIRS / ((performance.now() - begin) / 1_000) });
    }
  }
  client.disconnect();
  await redis.stop();
  folder.remove();
  const pairs = ({ loads }: Pick<Pairs, 'loads'>): Pairs => ({
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    loads,
  });
  return { bare: pairs(bare), store: pairs(store) };
}

const TAKE = `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end redis.call('SET', KEYS[1], ARGV[1]) return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('DEL', KEYS[1])`;

type Pair = (id: string) => Promise<void>;

function barePair(client: Redis): Pair {
  client.defineCommand('bareTake', { numberOfKeys: 1, lua: TAKE });
  client.defineCommand('bareRelease', { numberOfKeys: 1, lua: RELEASE });
  const scripts = client as unknown as Record<
    'bareTake' | 'bareRelease',
    (...args: string[]) => Promise<number>
  >;
  return async (id) => {
    const token = `token-${id}`;
    if ((await scripts.bareTake('bare', token)) !== 1) throw new Error('the bare lock was not taken');
    if ((await scripts.bareRelease('bare', token)) !== 1) throw new Error('the bare lock was not freed');
  };
}

function storePair(client: Redis): Pair {
  const environment = 'staging';
  const rules = { defaultSeconds: undefined, maxSeconds: undefined, requireReason: false, offerSeconds: 600 };
  return async (id) => {
    const moment: Omit<Moment, 'running'> = {
      now: new Date(),
      global: undefined,
      rules,
      remindAt: () => null,
      mayBeReminded: () => true,
    };
    const by = { person: 'U0ASHA', channel: 'C0STG', scope: environment };
    const taking = `t-${id}`;
    const taken = await changeLocks(client, {
      environment,
      command: taking,
      moment,
      rule: take({ command: taking, terms: { reason: 'bench' }, ...by }),
    });
    if (taken.outcome !== 'taken') throw new Error('the lock was not taken');
    const freeing = `f-${id}`;
    const freed = await changeLocks(client, {
      environment,
      command: freeing,
      moment,
      rule: release({ command: freeing, force: false, reason: '', ...by }),
    });
    if (freed.outcome !== 'freed') throw new Error('the lock was not freed');
  };
}
