import { afterEach, expect, it } from '@jest/globals';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { addNote } from '../../src/handoffs/notes-store.ts';
import { assignItem, takeDigest } from '../../src/handoffs/take.ts';
import { closeContexts } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { DIGEST, DUE, handoffWorld, minutesAfter, runJob } from '../support/handoffs.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

const LATER = 'bengaluru-us-2026-11-24';

it('tells the lead at the beginning of their hours, once, that nobody has it', async () => {
  const { at, told } = await handoffWorld();
  const nine = new Date('2026-11-23T17:00:00Z');

  await at(DUE);
  await at(minutesAfter(46));
  await at(minutesAfter(-1, nine));
  expect(told().filter((line) => line.includes('DU0BEN'))).toEqual([]);
  await at(nine);
  await at(minutesAfter(1, nine));
  await at(minutesAfter(60, nine));

  expect(told().filter((line) => line.startsWith('chat.postMessage DU0BEN'))).toEqual([
    'chat.postMessage DU0BEN Nobody has taken the handoff of bengaluru yet',
  ]);
});

it('wakes no lead at night where an outage lasted longer than their day', async () => {
  const { at, told } = await handoffWorld();
  const nine = new Date('2026-11-23T17:00:00Z');

  await at(DUE);
  await at(minutesAfter(16 * 60, nine));
  expect(told().filter((line) => line.includes('DU0BEN'))).toEqual([]);
  await at(minutesAfter(24 * 60, nine));

  expect(told()).toContain('chat.postMessage DU0BEN Nobody has taken the handoff of bengaluru yet');
});

it('does not tell the lead again where a worker died after telling them', async () => {
  const { at, ctx, baton } = await handoffWorld();
  const nine = new Date('2026-11-23T17:00:00Z');
  await at(DUE);
  await at(nine);
  await ctx.redis.sadd('baton:{handoffs}:open', DIGEST);

  const other = baton();
  await at(minutesAfter(180, nine), other);

  expect(other.queued.map(({ queue }) => queue)).toEqual(['handoffs']);
  expect(await ctx.redis.smembers('baton:{handoffs}:open')).toEqual([]);
});

it('puts the deployments since the last digest into its thread, once', async () => {
  const { at, ctx, slack, baton, look, work } = await handoffWorld();
  for (const environment of ['staging', 'production']) {
    const asked = wanted({ environment, createdAt: minutesAfter(-60), startedAt: minutesAfter(-59) });
    const created = await createDeployment(ctx.redis, asked);
    if (created.kind === 'leased') throw new Error('it is free');
    const ended = { ...created.deployment, state: 'success' as const, endedAt: minutesAfter(-50) };
    await replaceDeployment(ctx.redis, created.deployment, ended, { freeLease: true });
  }

  await at(DUE);
  const other = baton({ now: () => minutesAfter(1) });
  await look(other);
  await work(other);

  const inThread = slack.calls.filter(({ fields }) => fields['thread_ts'] !== undefined);
  expect(inThread.map(({ fields }) => [fields['channel'], fields['text']])).toEqual([
    ['C0HAND', 'Deployments to production'],
    ['C0HAND', 'Deployments to staging'],
  ]);
});

it('shows in the thread, where a line stands only there, who has it', async () => {
  const { at, ctx, slack, digest, work } = await handoffWorld();
  const note = {
    text: 'a note',
    mark: null,
    site: 'bengaluru',
    by: 'U0ASHA',
    at: minutesAfter(-9),
    link: null,
  };
  for (let index = 0; index < 20; index += 1) await addNote(ctx, `c${index}`, note);
  await at(DUE);
  const item = (await digest())?.content?.items.at(-1)?.id ?? '';

  await assignItem(ctx, { digest: DIGEST, item, to: 'U0BEN' }, { command: 'c', person: 'U0ASHA' });
  await work();

  const edits = slack.calls.filter(({ method }) => method === 'chat.update');
  expect(edits.map(({ fields }) => fields['text'])).toEqual(['Notes']);
  expect(edits[0]?.fields['blocks']).toContain(`→ <@U0BEN> has it ·\u00A0\`${item}\``);
});

it('leaves the lead alone where somebody has it in time', async () => {
  const { at, told, ctx, work } = await handoffWorld();

  await at(DUE);
  await takeDigest(ctx, DIGEST, { command: 'c1', person: 'U0BEN' });
  await work();
  await at(new Date('2026-11-23T17:00:00Z'));
  await at(new Date('2026-11-23T19:00:00Z'));

  expect(told().filter((line) => line.includes('DU0BEN'))).toEqual([]);
  expect(told().at(-1)).toBe('chat.update C0HAND Handoff bengaluru to us: nothing is open');
});

it('takes the buttons off the digest in whose place a later one stands', async () => {
  const { at, ctx, slack } = await handoffWorld();
  await recordDeployment(ctx.redis, wanted({ state: 'awaiting_approval', createdAt: minutesAfter(-9) }));
  await at(DUE);
  expect(slack.calls[0]?.fields['blocks']).toContain('I have it');

  await at(minutesAfter(24 * 60));

  const edits = slack.calls.filter(({ method }) => method === 'chat.update');
  expect(edits).toHaveLength(1);
  expect(edits[0]?.fields['blocks']).toContain('A later digest has taken its place.');
  expect(edits[0]?.fields['blocks']).not.toContain('command:');
  const later = slack.calls.find(({ fields }) => fields['blocks']?.includes(LATER));
  expect(later?.fields['blocks']).toMatch(/Take over.*I have it/);
});

it('posts no earlier digest anew where its message was deleted', async () => {
  const { at, ctx, slack, posts } = await handoffWorld();
  await at(DUE);
  slack.answer = ({ method }) =>
    method === 'chat.update' ? { body: { ok: false, error: 'message_not_found' } } : undefined;
  await at(minutesAfter(24 * 60));

  const closes = ctx.queued.filter(({ id }) => id === `digest-${DIGEST}-over`);
  for (const job of closes) expect(await runJob(ctx, job)).toBe('done');

  expect(closes).toHaveLength(1);
  expect(posts()).toHaveLength(2);
});
