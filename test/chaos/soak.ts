import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import * as z from 'zod';
import { QUEUE_PREFIX } from '../../src/jobs.ts';
import type { Deployment, House } from '../support/house.ts';
import type { RoleProcess } from '../support/role-process.ts';
import { killer } from './killer.ts';

export interface Figures {
  readonly seed: number;
  readonly minutes: number;
  readonly kills: Readonly<Record<string, number>>;
  /** Commands that Slack's side got a 200 for without a word that they were not taken. */
  readonly taken: number;
  readonly accepted: number;
  readonly refused: number;
  readonly starts: number;
  readonly ended: Readonly<Record<string, number>>;
  /** Taken commands, as typed, that are neither a deployment nor a refusal in the trail. */
  readonly lost: readonly string[];
  /** Deployments that reached no end. */
  readonly unended: number;
  /** What the target saw and a good Baton never does. */
  readonly violations: readonly string[];
  readonly chain: 'sound' | 'broken';
}

/** Deploys until all kills are done, then lets everything come to its end and counts. */
export async function soak(
  house: House,
  { seed, kills }: { readonly seed: number; readonly kills: number },
): Promise<Figures> {
  const began = performance.now();
  house.target.state = 'success';
  const roles: { web: RoleProcess; workers: RoleProcess[] } = {
    web: await house.start('web'),
    workers: await Promise.all([house.start('worker'), house.start('worker')]),
  };
  const kill = killer(house, roles, seed);
  const taken: string[] = [];
  const going = { on: true };
  const typing = placesOf(house).map(async (place, index) => {
    for (let round = 0; going.on; round += 1) {
      const text = `${place}@b${index}x${round}`;
      const answered = await type(house, text);
      if (answered === 'taken') taken.push(text);
      await sleep(answered === 'taken' ? 600 : 200);
    }
  });
  const done: Record<string, number> = {};
  for (let index = 0; index < kills; index += 1) {
    const what = await kill();
    done[what] = (done[what] ?? 0) + 1;
    if (index % 10 === 9) process.stdout.write(`${index + 1} kills, ${house.target.starts.length} starts\n`);
  }
  going.on = false;
  await Promise.all(typing);
  await settled(house);
  const minutes = Math.round((performance.now() - began) / 6_000) / 10;
  return { seed, minutes, kills: done, taken: taken.length, ...(await count(house, taken)) };
}

async function type(house: House, text: string): Promise<'taken' | 'not'> {
  const { repositories } = house.github;
  const [, name = '', branch = ''] = /^\S+ (\w+)@(\S+)$/.exec(text) ?? [];
  const repository = repositories.get(`acme/${name}`);
  const tip = repository?.branches.get(repository.defaultBranch) ?? '';
  // Each branch is a commit of its own, so that nothing is live already.
  const sha = Buffer.from(`${name}${branch}`).toString('hex').padEnd(40, '0').slice(0, 40);
  const commit = repository?.commits.get(tip);
  if (repository !== undefined && commit !== undefined) {
    repository.commits.set(sha, { ...commit, sha, message: `Work ${branch}`, parents: [tip] });
    repository.branches.set(branch, sha);
  }
  const answered = await house.type('U0ASHA', `/deploy ${text}`, 'C0REL').catch(() => undefined);
  return answered?.status === 200 && answered.body === '' ? 'taken' : 'not';
}

function placesOf({ config }: House): string[] {
  const { environments } = config as { environments: Record<string, { services: string[] }> };
  return Object.entries(environments).flatMap(([name, { services }]) =>
    services.map((service) => `${name} ${service}`),
  );
}

/** No command waits to be answered and nothing runs any more; five minutes at most. */
async function settled(house: House): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    await sleep(1_000);
    const running = await house.running().catch(() => ['?']);
    const open = running.length > 0 ? [] : (await house.deployments().catch(() => [])).filter(isOpen);
    if (running.length > 0 || open.length > 0 || (await commandsLeft(house)) > 0) continue;
    await sleep(5_000);
    return;
  }
}

/** A worker that was killed leaves its commands to another for up to 25 s. */
async function commandsLeft(house: House): Promise<number> {
  const redis = new Redis({ path: house.redis.socket });
  const key = (list: string) => `${QUEUE_PREFIX}:commands:${list}`;
  const [waiting, active, delayed] = await Promise.all([
    redis.llen(key('wait')),
    redis.llen(key('active')),
    redis.zcard(key('delayed')),
  ]);
  redis.disconnect();
  return waiting + active + delayed;
}

async function count(house: House, taken: readonly string[]) {
  const deployments = await house.deployments();
  const entries = await house.list('/api/audit');
  const refused = entries.filter(({ action, outcome }) => action === 'deploy' && outcome === 'refused');
  const known = new Set([
    ...deployments.map(({ ref }) => ref),
    ...refused.flatMap(({ detail }) => branchesIn(typedIn(detail))),
  ]);
  const ended: Record<string, number> = {};
  for (const { state } of deployments) ended[state] = (ended[state] ?? 0) + 1;
  const { code } = await house.run('audit', 'verify');
  return {
    accepted: deployments.length,
    refused: refused.length,
    starts: house.target.starts.length,
    ended,
    lost: taken.filter((text) => !branchesIn(text).some((branch) => known.has(branch))),
    unended: deployments.filter(isOpen).length,
    violations: house.target.violations,
    chain: code === 0 ? ('sound' as const) : ('broken' as const),
  };
}

/** What was typed, as the trail has it of what a gate refused, or of what was refused before any gate. */
function typedIn(detail: unknown): unknown {
  return z.object({ asked: z.string().optional(), typed: z.string().optional() }).parse(detail);
}

/** Each command deploys a branch of its own, so that the branch tells the command. */
function branchesIn(told: unknown): string[] {
  return JSON.stringify(told).match(/\bb\d+x\d+\b/g) ?? [];
}

function isOpen({ state }: Deployment): boolean {
  return !['success', 'failure', 'cancelled', 'superseded'].includes(state);
}
