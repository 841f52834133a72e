import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { closeContexts } from '../support/context.ts';
import { type Running, running, sha } from '../support/running.ts';

const TYPED = `deploy production api@${sha('b')} --break-glass because fire`;
const ID = deploymentIdFor('production', 'c-glass');
let baton: Running;

beforeEach(async () => {
  const yearEnd = { from: '2030-01-01T00:00', to: '2030-02-01T00:00', timezone: 'UTC', reason: 'year end' };
  baton = await running({ freezes: [yearEnd] });
  const { config } = baton.ctx;
  baton.ctx.config = { ...config, roles: { ...config.roles, admin: ['U0CLEO'] } };
});

afterEach(async () => {
  closeContexts();
  await baton.close();
});

it('is for admins, deployers or not', async () => {
  expect((await baton.say('U0BEN', TYPED)).words).toContain('`not_allowed`');
  expect((await baton.say('U0CLEO', `deploy production api@${sha('b')}`)).words).toContain('`not_allowed`');

  await baton.say('U0CLEO', TYPED, 'glass');
  await baton.look(ID);

  expect(baton.target.starts).toHaveLength(1);
  expect((await baton.load(ID)).decision?.gates).toMatchObject({
    role: 'passed',
    freeze: 'passed',
    checks: 'not_asked',
    lock: 'open',
  });
});

it('is an open item of its environment until somebody has reviewed it, once', async () => {
  await baton.say('U0CLEO', TYPED, 'glass');
  const review = `deploy review ${ID}`;
  expect((await baton.say('U0EVA', 'deploy status production')).words).toContain(review);

  const reviewed = await baton.say('U0BEN', review);
  await baton.say('U0BEN', review);
  expect((await baton.say('U0ASHA', review)).words).toContain('reviewed, by <@U0BEN>');

  expect(reviewed.news).toMatchObject([{ to: 'C0AUD', thread: `${ID}-break-glass` }]);
  expect(reviewed.news[0]?.words).toContain('<@U0BEN> has reviewed it');
  expect((await baton.say('U0EVA', 'deploy status production')).words).not.toContain(review);
  const { items } = await listAudit(baton.ctx.redis, { limit: 50 });
  expect(items.filter((entry) => 'action' in entry && entry.action === 'review')).toHaveLength(1);
});

it('is reviewed while it moves on', async () => {
  await baton.say('U0CLEO', TYPED, 'glass');

  await Promise.all([baton.bring(ID).catch(() => undefined), baton.say('U0BEN', `deploy review ${ID}`)]);

  expect((await baton.load(ID)).breakGlass?.reviewedBy).toBe('U0BEN');
});

it('stays one when it waits for a lock', async () => {
  await baton.say('U0ASHA', 'lock production');

  const { buttons } = await baton.say('U0CLEO', TYPED);

  expect(buttons['Wait']).toBe(`deploy production api@${sha('b')} --wait --break-glass because fire`);
});
