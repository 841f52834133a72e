import { createHmac } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { findResult } from '../../src/deployments/result.ts';
import { createDeployment } from '../../src/deployments/store.ts';
import { resultRoute } from '../../src/web/result.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

const SECRET = 'test-secret';

it('takes the signed word of a target, wakes who watches it, and audits it', async () => {
  const { tell, deployment, ctx, audited } = await target();

  const answer = await tell({ state: 'success', url: 'https://staging.example' });

  expect(answer).toMatchObject({ status: 200, json: { result: 'taken' } });
  expect(ctx.queued).toMatchObject([{ queue: 'deployments', data: { deployment: deployment.id } }]);
  expect(await audited()).toMatchObject([
    {
      action: 'result',
      subject: deployment.id,
      outcome: 'accepted',
      detail: { environment: 'staging', service: 'api', fence: deployment.fence, state: 'success' },
    },
  ]);
});

it('keeps the addresses that were told before, and has each thing that is new looked at', async () => {
  const { tell, deployment, ctx } = await target();
  const told = { url: 'https://staging.example/a', log_url: 'https://ci.example/1', description: 'half way' };

  await tell({ state: 'in_progress' });
  await tell({ state: 'in_progress', ...told });
  await tell({ state: 'in_progress', ...told });
  expect(ctx.queued).toHaveLength(2);
  await tell({ state: 'success', url: 'https://staging.example/b' });

  const { url: _first, description: _gone, ...kept } = told;
  expect(await findResult(ctx.redis, deployment.id)).toEqual({
    state: 'success',
    url: 'https://staging.example/b',
    ...kept,
  });
});

it('takes a repetition of what is known, and audits it once', async () => {
  const { tell, audited } = await target();

  const answers = [
    await tell({ state: 'in_progress' }),
    await tell({ state: 'failure' }),
    await tell({ state: 'failure' }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.at(-1)?.json).toEqual({ result: 'known' });
  expect(await audited()).toMatchObject([
    { detail: { state: 'failure' } },
    { detail: { state: 'in_progress' } },
  ]);
});

it.each<{ what: string; told: object; first?: object; status: number; why: string; reason: string }>([
  {
    what: 'another fence',
    told: { state: 'success', fence: 99 },
    status: 409,
    why: 'conflict',
    reason: 'not_allowed',
  },
  {
    what: 'another end than the one known',
    first: { state: 'success' },
    told: { state: 'failure' },
    status: 409,
    why: 'conflict',
    reason: 'not_allowed',
  },
  {
    what: 'another deployment',
    told: { state: 'success', deployment: 'staging-zzzzzzzz' },
    status: 409,
    why: 'other_deployment',
    reason: 'invalid_command',
  },
  {
    what: 'no state that there is',
    told: { state: 'finished' },
    status: 400,
    why: 'malformed',
    reason: 'invalid_command',
  },
])('refuses $what with $status, and audits it with $reason', async ({ told, first, status, why, reason }) => {
  const { tell, audited } = await target();
  if (first !== undefined) await tell(first);

  const answer = await tell(told);

  expect(answer).toMatchObject({ status, json: { why } });
  expect((await audited())[0]).toMatchObject({ outcome: 'refused', reason, detail: { why } });
});

it('refuses a word on a deployment that was never started', async () => {
  const { tell } = await target({ intendedAt: null });

  expect((await tell({ state: 'success' })).status).toBe(409);
});

it.each([
  { what: 'none', signature: () => undefined },
  { what: 'an empty one', signature: () => '' },
  { what: 'one with another secret', signature: (body: string) => signed(body, 'guess') },
  { what: 'one with an empty secret', signature: (body: string) => signed(body, '') },
  { what: 'the one of another body', signature: () => signed('{}') },
  { what: 'one without its prefix', signature: (body: string) => signed(body).slice(7) },
])('answers a signature that is $what with 401, and nothing is taken', async ({ signature }) => {
  const { tell, ctx, audited } = await target();

  const answers = [
    await tell({ state: 'success' }, { signature }),
    await tell({ state: 'success' }, { signature }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  expect(ctx.queued).toEqual([]);
  expect(await audited()).toMatchObject([
    { outcome: 'refused', reason: 'not_allowed', detail: { why: 'unsigned' } },
  ]);
});

it('takes no word for a target whose secret is not set', async () => {
  const { tell } = await target({}, () => undefined);

  expect((await tell({ state: 'success' })).status).toBe(401);
});

it('takes no word for a driver that has no callback', async () => {
  const { tell } = await target({ driver: 'command', driverOptions: { type: 'command', argv: ['true'] } });

  expect((await tell({ state: 'success' })).status).toBe(401);
});

it.each([
  { who: 'a target of this environment', id: 'staging-zzzzzzzz', signature: signed, status: 404 },
  { who: 'a stranger', id: 'staging-zzzzzzzz', signature: () => 'sha256=00', status: 401 },
  { who: 'somebody who does not sign', id: 'staging-zzzzzzzz', signature: () => undefined, status: 401 },
  { who: 'anybody', id: 'nothing', signature: signed, status: 404 },
  { who: 'anybody', id: '__proto__-zzzzzzzz', signature: signed, status: 404 },
])('answers $who who tells of the unknown $id with $status', async ({ id, signature, status }) => {
  const { tell } = await target();

  expect((await tell({ state: 'success' }, { id, signature })).status).toBe(status);
});

it('refuses a body of more than 1 MB', async () => {
  const { tell } = await target();

  expect((await tell({ state: 'success', description: 'x'.repeat(1_048_576) })).status).toBe(413);
});

async function target(overrides: Partial<Deployment> = {}, secret: () => string | undefined = () => SECRET) {
  const ctx = testContext();
  const driverOptions = { type: 'webhook', url: 'http://127.0.0.1:1/hook', secret_env: 'DEPLOY_SECRET' };
  const created = await createDeployment(
    ctx.redis,
    wanted({ driverOptions, state: 'in_progress', intendedAt: NOON, run: 'r1', ...overrides }),
  );
  if (created.kind === 'leased') throw new Error('leased');
  const { deployment } = created;
  const tools = {
    ...ctx.driverTools,
    secret: (name: string) => (name === 'DEPLOY_SECRET' ? secret() : undefined),
  };
  const url = await serve({ routes: [resultRoute({ ...ctx, driverTools: tools })] });

  const tell = async (told: object, { id = deployment.id, signature = signed }: Telling = {}) => {
    const body = JSON.stringify({ deployment: deployment.id, fence: deployment.fence, ...told });
    const header = signature(body);
    const headers = header === undefined ? {} : { 'x-baton-signature-256': header };
    const answer = await fetch(`${url}/api/deployments/${id}/result`, { method: 'POST', body, headers });
    return { status: answer.status, json: await answer.json() };
  };
  return { ctx, deployment, tell, audited: async () => (await listAudit(ctx.redis, { limit: 50 })).items };
}

type Sign = (body: string) => string | undefined;
interface Telling {
  readonly id?: string;
  readonly signature?: Sign;
}

function signed(body: string, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
