import { remoteServiceOf } from '../config/find.ts';
import type { Context } from '../context.ts';
import { addLabels } from '../github/labels.ts';
import { findWholePullRequest, type WholePullRequest } from '../github/whole-pull-request.ts';
import { secondsUntilWrite } from '../github/write-pace.ts';
import type { Outcome } from '../worker.ts';
import { auditAnswer } from './audit-answer.ts';
import { bringDown } from './bring-down.ts';
import { bringUp } from './bring-up.ts';
import { lookAgainAt, toldSoon } from './look-again.ts';
import { newRemote, type RemoteDeploy, type Stop } from './remote-deploy.ts';
import { inTurn } from './in-turn.ts';
import { findRemote, saveRemote } from './store.ts';
import { endsWishes, readWanted, type Wanted } from './wanted.ts';

export interface Look {
  /** As the configuration writes it. */
  readonly repository: string;
  readonly number: number;
  /** What gave the occasion, for the log. */
  readonly why: string;
}

const TURN_SECONDS = 2;

/**
 * Looks at a pull request once and brings its own environment nearer to what is wanted: the pull request, its labels,
 * head and checks, and what the person who labelled may, are read from GitHub at that moment. Safe to repeat.
 */
export async function lookAtPullRequest(ctx: Context, look: Look): Promise<Outcome> {
  const { github, config } = ctx;
  const service = remoteServiceOf(config, look.repository);
  if (github === undefined || config.remote_deploys === undefined || service === undefined) return 'done';
  const looked = await inTurn(ctx.redis, look, 'look', () => lookOnce(ctx, look, service));
  return looked ?? { againInSeconds: TURN_SECONDS };
}

async function lookOnce(ctx: Context, look: Look, service: string): Promise<Outcome> {
  const { github, config } = ctx;
  const { label = '' } = config.remote_deploys ?? {};
  if (github === undefined) return 'done';
  const { repository, number } = look;
  const [before, seen] = await Promise.all([
    findRemote(ctx.redis, repository, number),
    findWholePullRequest(github, repository, number),
  ]);
  let wanted = await readWanted(ctx, { github, pullRequest: look, before, seen, label });
  const isNothing = before === undefined || before.state === 'down';
  if (wanted.kind === 'down' && isNothing) return 'done';

  if (wanted.kind === 'up' && seen?.labels.includes(label) === false) {
    const seconds = await secondsUntilWrite(ctx, `${repository}#${number}-wish`);
    if (seconds > 0) return { againInSeconds: seconds };
    await addLabels(github, repository, number, [label]);
    wanted = { ...wanted, wish: { ...wanted.wish, unlabelled: false } };
  }
  const noted = note(ctx, before ?? newRemote({ ...look, service, now: ctx.now() }), wanted, seen);
  const saved = await saveRemote(ctx.redis, noted);
  await auditAnswer(ctx, saved, wanted);
  const after = await act(ctx, saved, wanted, seen);
  await Promise.all([toldSoon(ctx, after), lookAgainAt(ctx, after)]);
  ctx.log.info(
    { remote: `${repository}#${number}`, why: look.why, state: after.state },
    'pull request looked at',
  );
  return 'done';
}

async function act(
  ctx: Context,
  remote: RemoteDeploy,
  wanted: Wanted,
  seen: WholePullRequest | undefined,
): Promise<RemoteDeploy> {
  // Nothing new comes up over what an expired or refused one has left.
  if (wanted.kind === 'up' && seen !== undefined && remote.stop === null) return bringUp(ctx, remote, seen);
  return bringDown(ctx, remote);
}

/** What was seen, on the record before anything is done about it. */
function note(
  ctx: Context,
  before: RemoteDeploy,
  wanted: Wanted,
  seen: WholePullRequest | undefined,
): RemoteDeploy {
  const now = ctx.now();
  const head = seen?.head ?? before.head;
  const moved = { head, headSince: head === before.head ? before.headSince : now, updatedAt: now };
  switch (wanted.kind) {
    case 'up':
      return { ...before, ...moved, ...lapsed(before, wanted, now) };
    case 'down':
      return { ...before, ...moved, stop: stopped(before.stop, wanted.why, now) };
    case 'refused': {
      const { reason, why, wish } = wanted;
      const stop = stopped(before.stop, 'refused', now);
      return { ...before, ...moved, stop, reason, why, wish: wish ?? before.wish, state: 'refused' };
    }
  }
}

function stopped(before: Stop | null, why: Stop['why'], now: Date): Stop {
  if (before?.why === why) return before;
  // What ended it stays the reason when Baton takes the label off for it.
  const isKept = before !== null && (before.unlabelled || endsWishes(before));
  if (isKept && why === 'unlabelled') return { ...before, unlabelled: true };
  return { why, at: now, by: '', command: '', unlabelled: false };
}

/** The wish, or the end of its time. */
function lapsed(
  { expiresAt, wish: before }: RemoteDeploy,
  { wish }: Extract<Wanted, { kind: 'up' }>,
  now: Date,
): Pick<RemoteDeploy, 'wish' | 'stop' | 'expiresAt'> {
  const isNew = before === null || before.id !== wish.id;
  const isOver = !isNew && expiresAt !== null && expiresAt <= now;
  return {
    wish,
    stop: isOver ? stopped(null, 'expired', now) : null,
    expiresAt: isNew ? null : expiresAt,
  };
}
