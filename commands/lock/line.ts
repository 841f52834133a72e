import type { Call, Reply } from '../../src/command.ts';
import { rulesFor } from '../../src/config/find.ts';
import type { Context } from '../../src/context.ts';
import { ConflictError, UserError } from '../../src/errors.ts';
import type { Answer, By, Rule } from '../../src/locks/change.ts';
import { leave, wait } from '../../src/locks/line.ts';
import { accept, decline, offer } from '../../src/locks/offer.ts';
import { readTerms } from '../../src/locks/terms.ts';
import { loadMember } from '../../src/people/roles.ts';
import { holdsRole } from '../../src/people/roles.ts';
import { lockHeld, lockNote, lockOver, lockWaiting } from '../../src/views/lock.ts';
import { mrkdwn, person, time } from '../../src/views/view.ts';
import { leaveWithDeployment } from '../../src/deployments/waiting.ts';

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
      const { config } = ctx;
      const terms = readTerms({ config, actor: call.actor, words: call.words, scope, now: ctx.now() });
      const answer = await act(wait({ ...by, scope, terms }));
      return answer.outcome === 'waiting' ? toCaller(lockWaiting(answer)) : have(answer, scope);
    }
    case 'leave': {
      const answer = await act(leave({ ...by, scope, only: only === '' ? undefined : only }));
      await leaveWithDeployment(ctx, answer.place);
      return left(answer, scope);
    }
    case 'offer':
      return offered(await act(offer({ ...by, scope, to: await personToOffer(ctx, call, scope) })));
    case 'accept':
      requireButton(only, scope);
      return have(await act(accept({ ...by, scope, only })), scope);
    default: {
      requireButton(only, scope);
      const answer = await act(decline({ ...by, scope, only }));
      if (answer.outcome === 'over') return toCaller(lockOver(scope, answer.lock));
      return toCaller(
        lockNote(':handshake:', mrkdwn`You do not take *${scope}*.`, `You do not take ${scope}`),
      );
    }
  }
}

function have({ outcome, lock }: Answer, scope: string): Reply {
  if (outcome === 'over' || lock === null) return toCaller(lockOver(scope, lock));
  return toCaller(lockHeld(lock, outcome === 'held' ? 'already' : 'now'));
}

function left({ outcome, place, lock }: Answer, scope: string): Reply {
  const line =
    outcome === 'left'
      ? mrkdwn`You no longer wait for *${place?.scope ?? lock?.scope ?? scope}*.`
      : mrkdwn`You were not in the line for *${scope}*.`;
  return toCaller(lockNote(':hourglass:', line, `The line for ${scope}`));
}

function offered({ lock }: Answer): Reply {
  if (lock?.offer == null) throw new ConflictError('The offer is over already.');
  const { to, until } = lock.offer;
  return toCaller(
    lockNote(
      ':handshake:',
      mrkdwn`Offered: ${person(to)} has until ${time(until)} to accept, and you keep *${lock.scope}* until they do.`,
      `${lock.scope} is offered`,
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
  const rules = rulesFor(ctx.config, scope.split('/')[0] ?? '');
  if (await holdsRole(ctx, { id: to }, 'deployer', rules)) return to;
  throw new UserError(`That person may not deploy to ${scope}, so a lock on it is of no use to them.`, {
    reason: 'not_allowed',
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
