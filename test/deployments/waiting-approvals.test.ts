import { afterEach, expect, it } from '@jest/globals';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { loadDeployment } from '../../src/deployments/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { ROLES, STAGING } from '../support/locks-typed.ts';
import { speaker, toldBy } from '../support/say.ts';

afterEach(closeContexts);

it('stands in the line, though whoever recorded that it waits died before it stood there', async () => {
  const config = testConfig({ roles: ROLES, environments: { staging: { ...STAGING, checks: 'none' } } });
  const ctx = testContext({ config });
  const say = speaker(ctx);
  await say('U0ASHA', 'lock staging');
  const { id } = await recordDeployment(ctx.redis, wanted({ state: 'waiting', requestedBy: 'U0BEN' }));

  await deploy.run(ctx, { version: 1, deployment: id, reference: 'r' }, { id, again: false, last: false });

  const summary = 'Number 1 in the line. It goes on by itself when its turn comes.';
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'waiting', summary });
});

it('holds nobody up when approvals are asked for since it came into the line', async () => {
  const configured = (approvals: number) =>
    testConfig({ roles: ROLES, environments: { staging: { ...STAGING, checks: 'none', approvals } } });
  const ctx = testContext({ config: configured(0) });
  const say = speaker(ctx);
  const id = deploymentIdFor('staging', 'c-one');
  const look = () =>
    deploy.run(ctx, { version: 1, deployment: id, reference: 'r' }, { id, again: false, last: false });
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', `deploy staging api@${'a'.repeat(40)} --wait`, 'one');
  await say('U0CLEO', 'lock staging --wait');
  ctx.config = configured(1);
  await look();
  expect((await loadDeployment(ctx.redis, id)).state).toBe('waiting');
  await say('U0ASHA', 'unlock staging');
  ctx.queued.length = 0;

  expect(await look()).toBe('done');

  const ended = { state: 'cancelled', reason: 'approval_required', fence: 0 };
  expect(await loadDeployment(ctx.redis, id)).toMatchObject(ended);
  const { direct } = toldBy(ctx.queued);
  expect(direct.map(({ to, text }) => `${to} ${text}`)).toEqual([
    'U0CLEO It is your turn on staging',
    'U0BEN Not deployed: api on staging',
  ]);
  expect(direct[1]?.words).toContain('The deployment needs approvals that it does not have.');
});
