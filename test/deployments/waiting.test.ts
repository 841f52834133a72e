import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { type Deployment, deploymentIdFor, transition } from '../../src/deployments/deployment.ts';
import {
  findLease,
  listDeployments,
  loadDeployment,
  replaceDeployment,
} from '../../src/deployments/store.ts';
import { readBoard } from '../../src/locks/store.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { deploy } from '../../workers/deploy.ts';
import { keepLocksWorker } from '../../workers/keep-locks.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { ROLES } from '../support/locks-typed.ts';
import { speaker, toldBy } from '../support/say.ts';
import { startTarget, type Target } from '../support/target.ts';

const [FIRST, SECOND, THIRD] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];

let target: Target;
let ctx: TestContext;
let say: ReturnType<typeof speaker>;

beforeEach(async () => {
  target = await startTarget();
  ctx = testContext();
  const { url, statusUrl: status_url } = target;
  const driver = { type: 'webhook' as const, url, status_url, secret_env: 'DEPLOY_SECRET' };
  ctx.config = testConfig({
    roles: ROLES,
    environments: { staging: { services: ['api', 'web'], driver, checks: 'none' } },
  });
  say = speaker(ctx);
});

afterEach(async () => {
  closeContexts();
  await target.close();
});

it('waits for a lock, says at which number, and goes on by itself when it is freed', async () => {
  await say('U0ASHA', 'lock staging because load test');

  const reply = await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  expect(reply).toMatchObject({
    to: 'none',
    direct: [{ to: 'U0ASHA', text: 'Somebody waits for staging/api' }],
  });
  expect(reply.direct[0]?.words).toMatch(
    /<@U0BEN> waits for \*staging\/api\* to deploy [0-9a-f]{12}; you have locked \*staging\*\./,
  );
  expect(await look('one')).toEqual({ againInSeconds: 10 });
  expect(await load('one')).toMatchObject({ state: 'waiting', fence: 0 });
  expect(textOf(await load('one'))).toContain('*api* on *staging* waits for its turn');
  expect(textOf(await load('one'))).toContain(
    'Number 1 in the line. It goes on by itself when its turn comes.',
  );
  expect((await say('U0ASHA', 'lock')).words).toContain('waiting: <@U0BEN> (deployment)');
  expect(target.starts).toEqual([]);

  await say('U0ASHA', 'unlock staging');
  expect(woken()).toEqual([idOf('one')]);
  await look('one');
  expect(await load('one')).toMatchObject({ state: 'in_progress', fence: 1 });
  expect((await findLease(ctx.redis, 'staging', 'api'))?.deployment).toBe(idOf('one'));
  expect(await line()).toEqual([]);
  target.state = 'success';
  await look('one');
  expect(await load('one')).toMatchObject({ state: 'success', requestedBy: 'U0BEN' });
  expect(target.starts).toMatchObject([{ deployment: idOf('one'), sha: FIRST, fence: 1 }]);
  expect(directs()).toEqual([]);
});

it('waits for a running deployment, first come first served', async () => {
  await say('U0ASHA', `deploy staging api@${FIRST}`, 'one');
  await look('one');
  await say('U0BEN', `deploy staging api@${SECOND} --wait`, 'two');
  await say('U0CLEO', `deploy staging api@${THIRD} --wait`, 'three');
  await look('three');
  await look('two');
  expect((await load('two')).summary).toContain('Number 1 in the line');
  expect((await load('three')).summary).toContain('Number 2 in the line');

  await end('one');
  expect(woken()).toEqual([idOf('two')]);
  await look('three');
  await look('two');
  await look('three');

  expect((await load('two')).state).toBe('in_progress');
  expect((await load('three')).summary).toContain('Number 1 in the line');
  await end('two');
  await look('three');
  await end('three');
  expect(target.starts.map(({ sha }) => sha)).toEqual([FIRST, SECOND, THIRD]);
});

it('lets nobody who comes later go before those who wait', async () => {
  await say('U0ASHA', `deploy staging api@${FIRST}`, 'one');
  await look('one');
  await say('U0BEN', `deploy staging api@${SECOND} --wait`, 'two');
  await end('one');

  const late = await say('U0CLEO', `deploy staging api@${THIRD}`);

  expect(late.words).toContain('A deployment of <@U0BEN> waits in the line since');
  expect(late.words).toContain('`deployment_running`');
  expect(Object.keys(late.buttons)).toEqual(['Wait']);
  await say('U0CLEO', late.buttons['Wait'] ?? '', 'three');
  expect((await load('three')).state).toBe('waiting');
  await look('two');
  expect((await load('two')).state).toBe('in_progress');
});

it('lets the holder of a lock deploy while others wait for it', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${SECOND} --wait`, 'two');

  expect((await say('U0ASHA', `deploy staging api@${FIRST}`, 'one')).to).toBe('none');
  await look('one');
  expect((await load('one')).state).toBe('in_progress');
});

it('starts once, however many workers look when its turn comes', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  await say('U0ASHA', 'unlock staging');

  await Promise.allSettled([look('one'), look('one'), look('one'), look('one')]);

  expect(target.starts).toHaveLength(1);
});

it('is cancelled with its reason when a gate refuses it at its turn; the person is told, and the line moves on', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  await say('U0CLEO', `deploy staging api@${SECOND} --wait`, 'two');
  const live = { deployment: 'staging-x', ref: 'main', sha: FIRST, since: ctx.now(), by: 'U0ASHA' };
  await ctx.redis.hset('baton:{staging}:live', 'api', JSON.stringify(live));
  await look('one');
  expect((await load('one')).state).toBe('waiting');
  await say('U0ASHA', 'unlock staging');
  ctx.queued.length = 0;

  expect(await look('one')).toBe('done');

  expect(await load('one')).toMatchObject({ state: 'cancelled', reason: 'already_live', fence: 0 });
  expect(directs()).toMatchObject([{ to: 'U0BEN', text: 'Not deployed: api on staging' }]);
  const words = directs()[0]?.words ?? '';
  expect(words).toContain('Its turn came, and a gate refused it: This sha is already live there.');
  expect(words).toContain('`already_live`');
  expect(woken()).toEqual([idOf('two')]);
  await look('two');
  expect((await load('two')).state).toBe('in_progress');
});

it('is cancelled by its Leave button, which frees its place and tells nobody else', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  const leave = leaveButton(await load('one'));
  ctx.queued.length = 0;

  expect((await say('U0CLEO', leave)).words).toContain('You were not in the line');
  expect((await load('one')).state).toBe('waiting');
  expect((await say('U0BEN', leave)).words).toContain('You no longer wait for *staging/api*');

  expect(await load('one')).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  expect(await line()).toEqual([]);
  expect(directs()).toEqual([]);
  expect(await look('one')).toBe('done');
  expect(directs()).toEqual([]);
});

it('is one deployment with one place when the same request comes twice', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');

  expect((await listDeployments(ctx.redis, { environments: ['staging'], limit: 10 })).items).toHaveLength(1);
  expect(await line()).toEqual([idOf('one')]);
});

it('gets its place when the worker died between the record and the line', async () => {
  await say('U0ASHA', 'lock staging');
  await recordDeployment(
    ctx.redis,
    wanted({ id: idOf('one'), sha: FIRST, state: 'waiting', requestedBy: 'U0BEN', channel: 'C0TYPED' }),
  );

  expect((await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one')).to).toBe('none');

  expect(await line()).toEqual([idOf('one')]);
});

it('frees its place, and tells why, when the worker died right after it ended', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  await say('U0CLEO', `deploy staging api@${SECOND} --wait`, 'two');
  const before = await load('one');
  const ended = transition(before, 'cancelled', ctx.now(), { reason: 'already_live', runOver: true });
  await replaceDeployment(ctx.redis, before, ended);

  await look('one');

  expect(await line()).toEqual([idOf('two')]);
  expect(directs().map(({ to, text }) => `${to} ${text}`)).toContain('U0BEN Not deployed: api on staging');
});

it('waits on while the locks cannot be read, and ends when an admin has removed them', async () => {
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${FIRST} --wait`, 'one');
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');

  expect(await look('one')).toEqual({ againInSeconds: 10 });
  expect((await load('one')).summary).toContain('The locks cannot be read');
  await say('U0BEN', 'unlock staging --force because looked at it');
  expect(await look('one')).toBe('done');

  expect(await load('one')).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  expect(directs().map(({ text }) => text)).toContain('Not deployed: api on staging');
});

function idOf(command: string): string {
  return deploymentIdFor('staging', `c-${command}`);
}

function load(command: string): Promise<Deployment> {
  return loadDeployment(ctx.redis, idOf(command));
}

function look(command: string) {
  const id = idOf(command);
  return deploy.run(ctx, { version: 1, deployment: id, reference: 'r' }, { id, again: false, last: false });
}

/** Lets the run end with success, and has a worker do what follows. */
async function end(command: string): Promise<void> {
  target.state = 'success';
  await look(command);
  target.state = 'in_progress';
  ctx.queued.length = 0;
  await look(command);
  for (const { id } of ctx.queued.filter(({ queue }) => queue === 'locks')) {
    await keepLocksWorker.run(ctx, { version: 1, environment: 'staging' }, { id, again: false, last: false });
  }
}

/** The deployments that a worker was asked to look at, beside their own jobs. */
function woken(): string[] {
  const found = ctx.queued.flatMap(({ queue, id }) => {
    return queue === 'deployments' && id.includes('-wake-') ? [id.replace(/-wake-.*$/, '')] : [];
  });
  return [...new Set(found)];
}

async function line(): Promise<(string | null)[]> {
  const { board } = await readBoard(ctx.redis, 'staging');
  return board.line.map(({ deployment }) => deployment);
}

function directs() {
  return toldBy(ctx.queued).direct.filter(({ to }) => to !== 'U0ASHA');
}

function textOf(deployment: Deployment): string {
  return JSON.stringify(deploymentView(deployment).blocks);
}

function leaveButton(deployment: Deployment): string {
  return /"value":"([^"]+)"/.exec(textOf(deployment))?.[1] ?? '';
}
