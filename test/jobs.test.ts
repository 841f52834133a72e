import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, jest } from '@jest/globals';
import { openQueues, type QueuedJobs } from '../src/jobs.ts';
import { closeContexts, NOON, testRedis } from './support/context.ts';

let jobs: QueuedJobs;

afterEach(async () => {
  await jobs.queues.get('commands')?.obliterate({ force: true });
  await jobs.close();
  closeContexts();
});

it('sends commands that come at the same moment in one way to Redis, and queues each once', async () => {
  jobs = openQueues({ connection: testRedis(''), prefix: `{${randomUUID()}}` });
  const queue = jobs.queues.get('commands');
  if (queue === undefined) throw new Error('there is no queue of commands');
  const ways = jest.spyOn(queue, 'addBulk');

  const ids = Array.from({ length: 60 }, (_, index) => `c-${index}`);
  await Promise.all([...ids, 'c-7'].map((id) => jobs.add('commands', id, command(id))));

  expect(ways.mock.calls.map(([lot]) => lot.length)).toEqual([50, 11]);
  const queued = await queue.getJobs('waiting');
  expect(queued).toHaveLength(60);
  expect(new Set(queued.map((job) => job.id))).toEqual(new Set(ids));
  expect(queued[0]?.opts).toMatchObject({ attempts: 5, jobId: expect.stringMatching(/^c-/) });
});

function command(text: string) {
  return {
    version: 1 as const,
    kind: 'typed' as const,
    text,
    user: 'U0ASHA',
    team: 'T0ACME',
    channel: 'C0STG',
    responseUrl: '',
    receivedAt: NOON,
    reference: 'r',
  };
}
