import { Redis } from 'ioredis';
import type { Moment } from '../src/locks/change.ts';
import { release } from '../src/locks/release.ts';
import { changeLocks } from '../src/locks/store.ts';
import { take } from '../src/locks/take.ts';
import { median } from './load.ts';
import { startRedis, temporaryFolder } from './processes.ts';

const WARM_UP = 20;
const ROUNDS = 140;
const PAIRS = 50;

export interface LocksResult {
  /** Pairs of take and release a second, one at a time. */
  readonly barePerSecond: number;
  readonly storePerSecond: number;
  /** How many times as many the store had as the bare loop beside it: the median of the rounds. */
  readonly timesAsFast: number;
}

/** Lock take and release through the store beside a bare loop of two scripts, by turns on one Redis. */
export async function measureLocks(): Promise<LocksResult> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const client = new Redis({ path: redis.socket });
  const rounds: { readonly bare: number; readonly store: number }[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const bare = await perSecond(barePair(client));
    const store = await perSecond(storePair(client, round));
    if (round >= WARM_UP) rounds.push({ bare, store });
  }
  client.disconnect();
  await redis.stop();
  folder.remove();
  return {
    barePerSecond: median(rounds.map(({ bare }) => bare)),
    storePerSecond: median(rounds.map(({ store }) => store)),
    timesAsFast: median(rounds.map(({ bare, store }) => store / bare)),
  };
}

const TAKE = `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end redis.call('SET', KEYS[1], ARGV[1]) return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('DEL', KEYS[1])`;

function barePair(client: Redis): (index: number) => Promise<void> {
  client.defineCommand('bareTake', { numberOfKeys: 1, lua: TAKE });
  client.defineCommand('bareRelease', { numberOfKeys: 1, lua: RELEASE });
  const scripts = client as unknown as Record<
    'bareTake' | 'bareRelease',
    (...args: string[]) => Promise<number>
  >;
  return async (index) => {
    const token = `token-${index}`;
    if ((await scripts.bareTake('bare', token)) !== 1) throw new Error('the bare lock was not taken');
    if ((await scripts.bareRelease('bare', token)) !== 1) throw new Error('the bare lock was not freed');
  };
}

function storePair(client: Redis, round: number): (index: number) => Promise<void> {
  const environment = 'staging';
  const rules = { defaultSeconds: undefined, maxSeconds: undefined, requireReason: false, offerSeconds: 600 };
  return async (index) => {
    const moment: Omit<Moment, 'running'> = {
      now: new Date(),
      global: undefined,
      rules,
      remindAt: () => null,
      mayBeReminded: () => true,
    };
    const by = { person: 'U0ASHA', channel: 'C0STG', scope: environment };
    const taking = `t-${round}-${index}`;
    const taken = await changeLocks(client, {
      environment,
      command: taking,
      moment,
      rule: take({ command: taking, terms: { reason: 'bench' }, ...by }),
    });
    if (taken.outcome !== 'taken') throw new Error('the lock was not taken');
    const freeing = `f-${round}-${index}`;
    const freed = await changeLocks(client, {
      environment,
      command: freeing,
      moment,
      rule: release({ command: freeing, force: false, reason: '', ...by }),
    });
    if (freed.outcome !== 'freed') throw new Error('the lock was not freed');
  };
}

async function perSecond(pair: (index: number) => Promise<void>): Promise<number> {
  const begin = performance.now();
  for (let index = 0; index < PAIRS; index += 1) await pair(index);
  return PAIRS / ((performance.now() - begin) / 1_000);
}
