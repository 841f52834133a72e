import { App, HTTPReceiver } from '@slack/bolt';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/*
 * What Baton's way in is measured against: plain Bolt that acknowledges each command (`ack`), and the same with one
 * BullMQ add before it (`add`). Prints its port.
 */
const mode = process.argv[2];
const redisSocket = process.argv[3] ?? '';
const signingSecret = process.argv[4] ?? '';

const receiver = new HTTPReceiver({ signingSecret, endpoints: ['/slack/events'] });
const authorize = async () => ({ botToken: 'xoxb-bench', botId: 'B0', botUserId: 'U0BOT', teamId: 'T0ACME' });
const app = new App({ receiver, authorize });

if (mode === 'add') {
  const queue = new Queue('bench', { connection: new Redis({ path: redisSocket }), prefix: '{bench}' });
  app.command(/.*/, async ({ command, ack }) => {
    await queue.add('command', command, { jobId: `c-${command.trigger_id}`, removeOnComplete: true });
    await ack();
  });
} else {
  app.command(/.*/, async ({ ack }) => ack());
}

const server = await receiver.start(0);
const address = server.address();
console.log(typeof address === 'object' && address !== null ? address.port : '');
