import { pino } from 'pino';
import { connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import { startEmbeddedRedis } from '../../src/redis/embedded.ts';

/** Starts the private Redis in a folder, stores one value, says so, and waits to be killed. */
const log = pino({ level: 'silent' });
const { url } = await startEmbeddedRedis({ folder: process.argv[2] ?? '', log });
const redis = connectRedis(url, 'patient', log);
await waitForRedis(redis, 20);
await redis.set('from', 'the one that died');
process.stdout.write('stored\n');
