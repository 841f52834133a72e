import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findLive } from '../../src/deployments/store.ts';
import { isHeldBack } from '../../src/deployments/held-back.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { closeContexts } from '../support/context.ts';
import { addCommit } from '../../playground/github/seed.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { type Running, running, sha } from '../support/running.ts';

let baton: Running;

beforeEach(async () => {
  baton = await running();
});

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
  await baton.close();
});

const [A, B, C, D] = [sha('a'), sha('b'), sha('c'), sha('d')];

/** Deploys them one after the other; a `!` in front makes it fail. */
async function history(...steps: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const step of steps) {
    baton.target.state = step.startsWith('!') ? 'failure' : 'success';
    const id = await baton.ask('U0ASHA', step.replace('!', ''));
    await baton.bring(id);
    ids.push(id);
  }
  baton.target.state = 'success';
  return ids;
}

async function rollBack(text = 'deploy rollback staging'): Promise<string> {
  const before = baton.ctx.queued.length;
  const reply = await baton.say('U0ASHA', text);
  const job = baton.ctx.queued.slice(before).find(({ queue }) => queue === 'deployments');
  return job?.id ?? reply.words;
}

const live = async () => (await findLive(baton.ctx.redis, 'staging', 'api'))?.sha;

describe('goes to', () => {
  it.each([
    { what: 'what was live before', steps: [A, B], to: A },
    { what: 'the last different sha', steps: [A, B, `!${C}`, B], to: A },
    { what: 'the one before, not the first', steps: [A, B, C], to: B },
    { what: 'what is live still, after one that failed', steps: [A, B, `!${C}`], to: B },
  ])('$what', async ({ steps, to }) => {
    await history(...steps);

    const id = await rollBack();

    expect(await baton.load(id)).toMatchObject({ sha: to, kind: 'rollback', state: 'queued' });
    expect(JSON.stringify(deploymentView(await baton.load(id)))).toContain('A rollback from `');
    await baton.bring(id);
    expect(await live()).toBe(to);
  });

  it('what was live before that, after a rollback, and never back to what it left', async () => {
    await history(D, A, B);
    await baton.bring(await rollBack());
    expect(await live()).toBe(A);

    await baton.bring(await rollBack());

    expect(await live()).toBe(D);
    expect(await rollBack()).toContain('No other sha of api has succeeded on staging before');
  });

  it('where a rollback that failed was to go', async () => {
    await history(A, B);
    baton.target.state = 'failure';
    const failed = await baton.bring(await rollBack());
    expect(failed).toMatchObject({ state: 'failure', sha: A });

    const again = await baton.load(await rollBack(`deploy rollback staging api --from ${failed.id}`));

    expect(again).toMatchObject({ sha: A, leaves: B });
  });

  it('what its own service had, whatever another one has', async () => {
    await history(A, B);
    const { id } = await baton.queued({ service: 'web', sha: D });
    await baton.bring(id);

    expect(await baton.load(await rollBack())).toMatchObject({ service: 'api', sha: A });
    expect(await rollBack('deploy rollback staging web')).toContain('No other sha of web');
  });
});

it.each([
  { steps: [], what: 'nothing was deployed' },
  { steps: [A], what: 'nothing was live before' },
  { steps: [`!${A}`], what: 'nothing has succeeded' },
])('says that there is none when $what', async ({ steps }) => {
  await history(...steps);

  expect(await rollBack()).toMatch(/No other sha of api has succeeded on staging before.*ref_not_found/s);
});

it('passes the gates that trust was earned at, and no others', async () => {
  await history(A, B);
  await baton.say('U0BEN', 'lock staging because load test');

  const refused = await baton.say('U0ASHA', 'deploy rollback staging');

  expect(refused.words).toContain('`locked`');
  expect((await baton.say('U0CLEO', 'deploy rollback staging')).words).toContain('`not_allowed`');
});

it('asks once, however often its job runs', async () => {
  await history(A, B);
  const jobs = () =>
    baton.ctx.queued.filter(({ queue, id }) => queue === 'deployments' && !id.includes('wake'));
  const before = jobs().length;

  await baton.say('U0ASHA', 'deploy rollback staging', 'same');
  await baton.say('U0ASHA', 'deploy rollback staging', 'same');

  expect(jobs()).toHaveLength(before + 1);
});

it.each([
  ['deploy rollback', /Which environment/],
  ['deploy rollback all', /Which environment/],
  ['deploy rollback stagin', /no environment `stagin`.*staging/s],
  ['deploy rollback staging apo', /no service `apo` on staging/],
  ['deploy rollback staging api@main', /`@main` is not understood here/],
  ['deploy rollback staging api --from nonsense', /no deployment/],
])('answers “%s” with what is wrong', async (text, words) => {
  expect((await baton.say('U0ASHA', text)).words).toMatch(words);
});

it('is offered on what failed after its start, for that very deployment', async () => {
  const [, failed = ''] = await history(A, `!${B}`);

  const values = JSON.stringify(deploymentView(await baton.load(failed)));

  expect(values).toContain(`deploy rollback staging api --from ${failed}`);
  expect(values).toContain(`deploy retry ${failed}`);
});

it('says that what it would go to is live, when an old button is clicked', async () => {
  const [, failed = ''] = await history(A, `!${B}`, C);

  const reply = await baton.say('U0ASHA', `deploy rollback staging api --from ${failed}`);

  expect(reply.words).toContain('`already_live`');
});

describe('holds back', () => {
  it('what was left, with a warning that any deployer may take away', async () => {
    await history(A, B);
    await baton.bring(await rollBack());

    const status = await baton.say('U0ASHA', 'deploy status staging');
    expect(status.words).toContain(`rolled back from ${B.slice(0, 12)} to ${A.slice(0, 12)}`);
    const held = (one: string) => isHeldBack(baton.ctx, 'staging', 'api', one);
    expect([await held(A), await held(B), await held(C)]).toEqual([false, true, true]);
    expect(await isHeldBack(baton.ctx, 'staging', 'web', B)).toBe(false);

    await baton.say('U0CLEO', 'unlock staging/api');
    expect(await held(B)).toBe(true);
    await baton.say('U0BEN', 'unlock staging/api');
    expect(await held(B)).toBe(false);
  });

  it('what was left, and says so where the rollback was typed', async () => {
    await history(A, B);
    const rollback = await baton.load(await rollBack());
    await baton.bring(rollback.id);

    const warned = baton.ctx.queued.find(({ id }) => id.startsWith('lock-warned-'));
    expect(rollback.channel).not.toBe(baton.ctx.config.slack.channels.releases);
    expect(warned?.data).toMatchObject({ kind: 'notice', channel: rollback.channel });
  });

  it('nothing when the rollback failed', async () => {
    await history(A, B);
    baton.target.state = 'failure';
    await baton.bring(await rollBack());

    expect(await isHeldBack(baton.ctx, 'staging', 'api', B)).toBe(false);
  });

  it('people from nothing: they are shown the warning and it goes on', async () => {
    await history(A, B);
    await baton.bring(await rollBack());

    const reply = await baton.say('U0BEN', `deploy staging api@${C}`);

    expect(reply.words).toMatch(/goes on.*there is a warning/);
    expect(reply.words).toContain('rolled back from');
  });

  it('the commits in between, where GitHub tells them, and no others', async () => {
    const { played, github } = await testGitHub();
    const api = played.addRepository('acme/api');
    const [good, between, bad, later] = ['1', '2', '3', '4'].map((message) =>
      addCommit(api, { message, branch: 'main' }),
    );
    await history(good ?? '', bad ?? '');
    await baton.bring(await rollBack());
    const ctx = { ...baton.ctx, github };

    const held = await Promise.all(
      [good, between, bad, later].map((one) => isHeldBack(ctx, 'staging', 'api', one ?? '')),
    );

    expect(held).toEqual([false, true, true, false]);
  });

  it('once, also when the worker dies between the end and the warning', async () => {
    await history(A, B);
    const id = await rollBack();
    await baton.look(id);
    await expect(baton.dieAtEnd(id)).rejects.toThrow('killed');
    expect(await baton.load(id)).toMatchObject({ state: 'success' });
    expect(await isHeldBack(baton.ctx, 'staging', 'api', B)).toBe(false);

    await baton.look(id);
    await baton.look(id);

    expect(await isHeldBack(baton.ctx, 'staging', 'api', B)).toBe(true);
    const board = JSON.parse((await baton.ctx.redis.get('baton:{staging}:lock')) ?? '{}');
    expect(board.warnings).toHaveLength(1);
  });
});

it.each([true, false])('passes a freeze only where the configuration lets it (%s)', async (lets) => {
  await baton.close();
  baton = await running({ rollback_during_freeze: lets });
  await history(A, B);
  await baton.say('U0BEN', 'freeze staging until 23:00 because stock-taking');

  const refused = await baton.say('U0ASHA', `deploy staging api@${C}`);
  const rolledBack = await baton.say('U0ASHA', 'deploy rollback staging');

  expect(refused.words).toContain('`frozen`');
  expect(rolledBack.words.includes('`frozen`')).toBe(!lets);
});
