import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { MessageJob } from '../../src/jobs.ts';
import { findLease } from '../../src/deployments/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { closeContexts } from '../support/context.ts';
import { type Running, running } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running();
});

afterEach(async () => {
  closeContexts();
  await baton.close();
});

const told = () =>
  baton.ctx.queued.flatMap(({ data }) => {
    const { data: job } = MessageJob.safeParse(data);
    return job?.kind === 'reply' && job.view.text.includes('cannot be read') ? [job.user] : [];
  });

interface Broken {
  readonly what: string;
  readonly key: (id: string) => string;
  readonly field?: string;
  readonly broken: (stored: string) => string;
}

const RECORD = (id: string) => `baton:{staging}:deployment:${id}`;
const BROKEN: readonly Broken[] = [
  { what: 'what its target told', key: (id) => `baton:{staging}:result:${id}`, broken: () => '{"state":7}' },
  { what: 'what is live', key: () => 'baton:{staging}:live', field: 'api', broken: () => '{' },
  {
    what: 'its driver',
    key: RECORD,
    broken: (stored) => JSON.stringify({ ...JSON.parse(stored), driverOptions: { type: 'pigeon' } }),
  },
  {
    what: 'its own record',
    key: RECORD,
    broken: (stored) => JSON.stringify({ ...JSON.parse(stored), state: 'odd' }),
  },
];

it.each(BROKEN)('blocks, and tells admins once, when $what cannot be read', async (given) => {
  const { id } = await baton.queued();
  await baton.look(id);
  const key = given.key(id);
  const before = await read(key, given.field);
  const broken = given.broken(before ?? '');
  await write(key, given.field, broken);
  baton.target.state = 'failure';

  expect(await baton.look(id)).toEqual({ againInSeconds: 60 });
  expect(await lookOfTheSweep(id)).toBe('done');

  expect(told()).toEqual(['U0BEN']);
  expect(await read(key, given.field)).toBe(broken);
  expect(await findLease(baton.ctx.redis, 'staging', 'api')).toMatchObject({ deployment: id });
  await write(key, given.field, before);
  await baton.look(id);
  expect(await baton.load(id)).toMatchObject({ state: 'failure', runOver: true });
});

it('starts nothing while it cannot be read what is live', async () => {
  const { id } = await baton.queued();
  await baton.ctx.redis.hset('baton:{staging}:live', 'api', '{');

  expect(await baton.look(id)).toEqual({ againInSeconds: 60 });

  expect(baton.target.starts).toEqual([]);
  expect(told()).toEqual(['U0BEN']);
});

function lookOfTheSweep(id: string) {
  const job = { id: `${id}-sweep-1`, again: false, last: false };
  return deploy.run(baton.ctx, { version: 1, deployment: id, reference: 'sweep' }, job);
}

async function read(key: string, field?: string): Promise<string | null> {
  return field === undefined ? baton.ctx.redis.get(key) : baton.ctx.redis.hget(key, field);
}

async function write(key: string, field: string | undefined, value: string | null): Promise<void> {
  const { redis } = baton.ctx;
  if (value === null) await (field === undefined ? redis.del(key) : redis.hdel(key, field));
  else await (field === undefined ? redis.set(key, value) : redis.hset(key, field, value));
}
