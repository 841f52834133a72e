import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { createDeployment } from '../../src/deployments/store.ts';
import { closeContexts } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { at, baton, HOUR } from '../support/locks-typed.ts';

afterEach(closeContexts);

it('takes it from its holder, who is told why by direct message, and the channel too', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  const stolen = await say('U0CLEO', 'lock staging --steal for 2h because outage');

  expect(stolen.news[0]?.words).toContain('<@U0CLEO> took the lock on *staging* from <@U0ASHA>: “outage”');
  expect(stolen.news[0]?.words).toContain(`until ${at(2 * HOUR)}`);
  expect(stolen.direct).toMatchObject([{ to: 'U0ASHA', text: 'Your lock on staging was taken' }]);
  expect(stolen.direct[0]?.words).toContain('<@U0CLEO> took your lock on *staging*: “outage”');
  expect(stolen.direct[0]?.words).toContain(`It is theirs until ${at(2 * HOUR)}`);
  expect(stolen.direct[0]?.words).toContain('Talk to <@U0CLEO>, or wait for it: `/lock staging --wait`');
  expect((await say('U0ASHA', stolen.direct[0]?.buttons['Wait'] ?? '')).words).toContain('You are number 1');
  expect((await say('U0ASHA', 'unlock staging')).words).toContain('<@U0CLEO> has locked *staging*');
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  expect(items).toContainEqual(
    expect.objectContaining({ action: 'steal', outcome: 'forced', actor: 'U0CLEO', reason: 'outage' }),
  );
});

it('is refused while a deployment of the holder runs there', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging');
  await createDeployment(ctx.redis, wanted({ service: 'api', requestedBy: 'U0ASHA' }));

  const reply = await say('U0BEN', 'lock staging --steal because outage');

  expect(reply.words).toContain('A deployment of the holder runs on staging');
  expect(reply.words).toContain('`/deploy status staging`');
  expect(reply.words).toContain('`deployment_running`');
  expect(reply.direct).toEqual([]);
});

it('takes by its button that very lock only', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  const steal = (await say('U0BEN', 'lock staging because a fix')).buttons['Steal'] ?? '';
  await say('U0ASHA', 'unlock staging');

  const nothing = await say('U0BEN', steal);
  expect(nothing.words).toContain('It is not locked now');
  await say('U0CLEO', 'lock staging because mine');
  const other = await say('U0BEN', steal);

  expect(other).toMatchObject({ to: 'caller', news: [], direct: [] });
  expect(other.words).toContain('Now <@U0CLEO> has it since');
  expect(other.words).toContain('nothing was changed');
});

it('offers to steal to whoever is refused a deployment, with what they would deploy as the reason', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  const refused = await say('U0BEN', `deploy staging api@${'c'.repeat(40)}`);

  expect(Object.keys(refused.buttons)).toEqual(['Wait', 'Steal']);
  const stolen = await say('U0BEN', refused.buttons['Steal'] ?? '');
  expect(stolen.direct[0]?.words).toContain('<@U0BEN> took your lock on *staging*: “to deploy api@ccc');
});

it('says of a turn that it was kept for them, not that it was their lock', async () => {
  const { say } = baton();
  const click = (await say('U0ASHA', 'lock staging')).news[0]?.buttons['Unlock'] ?? '';
  await say('U0CLEO', 'lock staging --wait');
  await say('U0ASHA', click);

  const over = await say('U0ASHA', click);
  const { news, direct } = await say('U0BEN', 'lock staging --steal because outage');

  expect(over.words).toContain('Now it is kept for <@U0CLEO>, whose turn it is, until');
  expect(direct).toMatchObject([{ to: 'U0CLEO', text: 'Your turn on staging was taken' }]);
  expect(direct[0]?.words).toContain('<@U0BEN> took *staging*, which was kept for you: “outage”.');
  expect(news[0]?.words).toContain('<@U0BEN> took *staging*, which was kept for <@U0CLEO>: “outage”.');
  expect((await say('U0ASHA', 'deploy history staging')).words).toContain(
    '<@U0BEN> stole *staging*, which was kept for <@U0CLEO>: “outage”',
  );
});

it('takes what is free, and leaves one’s own as it is', async () => {
  const { say } = baton();

  expect((await say('U0ASHA', 'lock staging --steal because x')).news[0]?.text).toBe('staging is locked');
  expect((await say('U0ASHA', 'lock staging --steal because x')).words).toContain('You have held *staging*');
});

it('is for deployers of that very environment', async () => {
  const { say } = baton({ roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0BEN'] } });
  await say('U0ASHA', 'lock staging');

  expect((await say('U0CLEO', 'lock staging --steal because x')).words).toContain('`not_allowed`');
});
