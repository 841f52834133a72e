import { setTimeout as sleep } from 'node:timers/promises';
import type { FailpointName } from '../../src/deployments/failpoint.ts';
import type { House } from '../support/house.ts';
import type { RoleProcess } from '../support/role-process.ts';

const POINTS: readonly FailpointName[] = [
  'after-record',
  'before-intent',
  'before-start',
  'after-start',
  'watching',
  'before-end',
  'before-message',
];

/** Longer than BullMQ waits for a worker's heartbeat. */
const FROZEN_MS = 26_000;

interface Roles {
  web: RoleProcess;
  workers: RoleProcess[];
}

/** Kills or freezes one thing after another, in an order that follows from the seed, and says what it was. */
export function killer(house: House, roles: Roles, seed: number): () => Promise<string> {
  const random = randomFrom(seed);
  const pick = <Value>(values: readonly Value[]): Value | undefined =>
    values[Math.floor(random() * values.length)];
  const replaceWorker = async (index: number, env: Record<string, string> = {}) => {
    roles.workers[index] = await house.start('worker', env);
  };

  const killWorker = async () => {
    const index = Math.floor(random() * roles.workers.length);
    await roles.workers[index]?.kill();
    await sleep(random() * 2_000);
    await replaceWorker(index);
    return 'worker';
  };
  const killAtPoint = async () => {
    const index = Math.floor(random() * roles.workers.length);
    const point = pick(POINTS) ?? 'watching';
    await roles.workers[index]?.kill();
    await replaceWorker(index, { BATON_FAILPOINT: point });
    await Promise.race([roles.workers[index]?.ended, sleep(10_000)]);
    await roles.workers[index]?.kill();
    await replaceWorker(index);
    return `worker ${point}`;
  };
  const freezeWorker = async () => {
    const index = Math.floor(random() * roles.workers.length);
    const frozen = roles.workers[index];
    frozen?.signal('SIGSTOP');
    await sleep(FROZEN_MS);
    frozen?.signal('SIGCONT');
    return 'frozen worker';
  };
  const killWeb = async () => {
    await roles.web.kill();
    await sleep(random() * 1_000);
    roles.web = await house.start('web');
    return 'web';
  };
  const killRedis = async () => {
    await house.redis.kill();
    await sleep(random() * 3_000);
    await house.restartRedis();
    return 'redis';
  };

  return async () => {
    await sleep(500 + random() * 1_500);
    const chance = random();
    if (chance < 0.35) return killWorker();
    if (chance < 0.65) return killAtPoint();
    if (chance < 0.8) return killWeb();
    return chance < 0.95 ? killRedis() : freezeWorker();
  };
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
