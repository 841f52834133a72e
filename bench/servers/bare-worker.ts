import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Octokit } from 'octokit';

/*
 * The way of a command to its start by the libraries alone, behind `bolt.js add`: two queues, the two questions to
 * GitHub, and a write of what is meant before each step. It decides nothing and holds nothing. Prints `ready`.
 */
const [redisSocket = '', githubUrl = '', targetUrl = ''] = process.argv.slice(2);

const connect = () => new Redis({ path: redisSocket, maxRetriesPerRequest: null });
const prefix = '{bench}';
const redis = connect();
const starts = new Queue('start', { connection: connect(), prefix });
const github = new Octokit({ baseUrl: githubUrl, auth: 'ghp_bench' });

const resolve = async ({ data }: { data: { text: string } }) => {
  const branch = data.text.split('@')[1] ?? '';
  const repository = { owner: 'acme', repo: 'api' };
  await Promise.all([
    github.rest.repos.getBranch({ ...repository, branch }),
    github.rest.git.getRef({ ...repository, ref: `tags/${branch}` }),
  ]);
  await redis.set(`{bench}:deployment:${branch}`, data.text);
  await starts.add('start', { branch });
};
const start = async ({ data: { branch } }: { data: { branch: string } }) => {
  await redis.set(`{bench}:start:${branch}`, branch);
  await fetch(`${targetUrl}/hook`, { method: 'POST', body: JSON.stringify({ branch }) });
};

const workers = [
  new Worker('bench', resolve, { connection: connect(), prefix }),
  new Worker('start', start, { connection: connect(), prefix }),
];
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
console.log('ready');
