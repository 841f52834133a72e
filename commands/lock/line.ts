import type { Call, Reply } from '../../src/command.ts';
import { rulesFor } from '../../src/config/find.ts';
import type { Context } from '../../src/context.ts';
import { ConflictError, orUnreadable, UserError } from '../../src/errors.ts';
import type { Answer, By, Rule } from '../../src/locks/change.ts';
import { leave, placeToLeave, wait } from '../../src/locks/line.ts';
import { ALL, environmentOf } from '../../src/locks/lock.ts';
import { onlyBehind } from '../../src/locks/only-behind.ts';
import { accept, decline, offer } from '../../src/locks/offer.ts';
import { readBoard } from '../../src/locks/store.ts';
import { readTerms } from '../../src/locks/read-terms.ts';
import { awayFrom } from '../../src/people/away.ts';
import { holdsRole, loadMember } from '../../src/people/roles.ts';
import { lockHeld, lockNote, lockOver, lockWaiting } from '../../src/views/lock.ts';
import { place as named } from '../../src/views/lock-words.ts';
import { mrkdwn, person, time } from '../../src/views/view.ts';
import { isFinished } from '../../src/deployments/deployment.ts';
import { findDeployment } from '../../src/deployments/store.ts';
import { leaveWithDeployment, turnHasCome } from '../../src/deployments/waiting.ts';

export type LineAction = 'wait' | 'leave' | 'offer' | 'accept' | 'decline';

interface Acting {
  readonly scope: string;
  readonly action: string | undefined;
  readonly act: (rule: Rule) => Promise<Answer>;
}

/** What is done about the line and about offers; each answer is for the person alone. */
export async function inLine(ctx: Context, call: Call, { scope, action, act }: Acting): Promise<Reply> {
  const by: By = { command: call.id, person: call.actor.id, channel: call.channel };
  const only = call.words.values.get('lock') ?? '';
  switch (action) {
    case 'wait': {
      const terms = await readTerms(ctx, call, scope);
      const waiting = wait({ ...by, scope, terms });
      const answer = await act(only === '' ? waiting : onlyBehind(only, scope, waiting));
      if (answer.outcome !== 'waiting') return have(ctx, answer, scope);
      return toCaller(lockWaiting(answer, { now: ctx.now(), away: await holderAway(ctx, call, answer) }));
    }
    case 'leave': {
      const leaving = { ...by, scope, only: only === '' ? undefined : only };
      await refuseIfStarting(ctx, leaving);
      const answer = await act(leave(leaving));
      await leaveWithDeployment(ctx, answer.place);
      return left(answer, scope);
    }
    case 'offer':
      return offered(await act(offer({ ...by, scope, to: await personToOffer(ctx, call, scope) })));
    case 'accept':
      requireButton(only, scope);
      return have(ctx, await act(accept({ ...by, scope, only })), scope);
    default: {
      requireButton(only, scope);
      const answer = await act(decline({ ...by, scope, only }));
      if (answer.outcome === 'over') return toCaller(lockOver(scope, answer.lock, ctx.now()));
      const line =
        answer.outcome === 'left'
          ? mrkdwn`You gave up your turn on *${named(scope)}*.`
          : mrkdwn`You do not take *${named(scope)}*; its holder keeps it.`;
      return toCaller(lockNote(':handshake:', line, `You do not take ${named(scope)}`));
    }
  }
}

/** A deployment whose turn has come keeps its place until it has started: without it, the next would be in its way. */
async function refuseIfStarting(ctx: Context, leaving: Parameters<typeof leave>[0]): Promise<void> {
  const read = await orUnreadable(readBoard(ctx.redis, environmentOf(leaving.scope)));
  const id = read === 'unreadable' ? null : (placeToLeave(read.board, leaving)?.deployment ?? null);
  const deployment = id === null ? undefined : await orUnreadable(findDeployment(ctx.redis, id));
  if (deployment === undefined || deployment === 'unreadable') return;
  if (deployment.state !== 'waiting' && !isFinished(deployment)) throw turnHasCome(deployment);
}

/** Whoever waits meets the lock, too. */
async function holderAway(ctx: Context, { actor }: Call, { lock }: Answer): ReturnType<typeof awayFrom> {
  if (lock === null) return undefined;
  return awayFrom(ctx, { person: lock.holder, environment: environmentOf(lock.scope), asker: actor.id });
}

function have({ now }: Context, { outcome, lock }: Answer, scope: string): Reply {
  if (outcome === 'over' || lock === null) return toCaller(lockOver(scope, lock, now()));
  return toCaller(lockHeld(lock, outcome === 'held' ? 'already' : 'now', now()));
}

function left({ outcome, place, lock }: Answer, scope: string): Reply {
  const line =
    outcome === 'left'
      ? mrkdwn`You no longer wait for *${named(place?.scope ?? lock?.scope ?? scope)}*.`
      : mrkdwn`You were not in the line for *${named(scope)}*.`;
  return toCaller(lockNote(':hourglass:', line, `The line for ${named(scope)}`));
}

function offered({ lock }: Answer): Reply {
  if (lock?.offer == null) throw new ConflictError('The offer is over already.');
  const { to, until } = lock.offer;
  return toCaller(
    lockNote(
      ':handshake:',
      mrkdwn`Offered: ${person(to)} has until ${time(until)} to accept, and you keep *${named(lock.scope)}* until they do.`,
      `${named(lock.scope)} is offered`,
    ),
  );
}

/** Throws UserError for somebody who could not use the lock. */
async function personToOffer(ctx: Context, { words }: Call, scope: string): Promise<string> {
  const to = words.values.get('offer') ?? '';
  const workspace = ctx.config.slack.workspace;
  await loadMember(ctx.slack, to, { team: workspace, workspace }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('That person cannot use Baton here, so the lock cannot be offered to them.', {
      reason: 'not_allowed',
      hint: 'Offer it to a full member of this workspace.',
    });
  });
  const rules = rulesFor(ctx.config, environmentOf(scope));
  const role = scope === ALL ? 'admin' : 'deployer';
  if (await holdsRole(ctx, { id: to }, role, rules)) return to;
  const may = scope === ALL ? 'lock everything' : `deploy to ${scope}`;
  throw new UserError(`That person may not ${may}, so the lock cannot be offered to them.`, {
    reason: 'not_allowed',
    hint: `Offer it to ${role === 'admin' ? 'an admin' : `a deployer of ${environmentOf(scope)}`}.`,
  });
}

function requireButton(only: string, scope: string): void {
  if (only !== '') return;
  throw new UserError('That is answered with the buttons of the message that offered it.', {
    example: `/lock ${scope}`,
  });
}

function toCaller(view: Extract<Reply, { to: 'caller' }>['view']): Reply {
  return { to: 'caller', view };
}
