import { type Call, defineCommand, type Reply } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { type Act, actOnLocks } from '../src/locks/act.ts';
import { isHeardHere } from '../src/locks/tell.ts';
import type { Answer, By } from '../src/locks/change.ts';
import { ALL, environmentOf, LockedError, scopeOf, UnreadableLockError } from '../src/locks/lock.ts';
import { lockPlaces } from '../src/locks/places.ts';
import { explainBlocked } from '../src/locks/blocked.ts';
import { keep } from '../src/locks/release.ts';
import { ownLocksOn } from '../src/locks/store.ts';
import { steal, take, warn } from '../src/locks/take.ts';
import { readEnd, readTerms } from '../src/locks/read-terms.ts';
import { requireRole } from '../src/people/permission.ts';
import { readScope } from '../src/slack/target.ts';
import { lockHeld, lockNote, lockOver } from '../src/views/lock.ts';
import { type ListedLocks, lockList } from '../src/views/lock-list.ts';
import { place as named } from '../src/views/lock-words.ts';
import { code, mrkdwn, type View } from '../src/views/view.ts';
import { inLine, type LineAction } from './lock/line.ts';

export const lock = defineCommand({
  name: 'lock',
  usage:
    '/lock [ENV[/SERVICE]] [for 2h | until 17:00 | until handoff | for #12] [--wait | --leave | --offer @person | --steal | --warn] [because REASON]',
  summary:
    'Keep everybody else from deploying; wait for a lock, offer it, steal it, warn; alone, list all locks',
  example: '/lock staging for 2h because load test',
  grammar: {
    words: ['[ENV[/SERVICE]]'],
    flags: ['wait', 'leave', 'steal', 'warn', 'keep', 'accept', 'decline'],
    clauses: ['because', 'for', 'until'],
    // Buttons name the very lock, offer or place that they were made for.
    values: { offer: 'person', lock: 'word' },
  },

  async run(ctx, call) {
    const { words, because, flags, values } = call.words;
    if (words.length + flags.size + values.size === 0 && because === undefined) return list(ctx);
    const action = onlyAction(call);
    const scope = scopeOf(readScope(ctx.config, call.words));
    await requireRoleFor(ctx, call, scope, action);
    const act = async (rule: Act['rule']): Promise<Answer> =>
      actOnLocks(ctx, { scope, command: call.id, rule, actor: call.actor });
    try {
      return await (action === undefined || isOwnAction(action) ? own : inLine)(ctx, call, {
        scope,
        action,
        act,
      });
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      const asked = { asker: call.actor.id, reason: because, lasting: lastingOf(call), wanted: scope };
      throw await explainBlocked(ctx, error, asked);
    }
  },
});

/** `for 2h` or `until 17:00`, as they typed it. */
function lastingOf({ words }: Call): string | undefined {
  if (words.for !== undefined) return `for ${words.for}`;
  return words.until === undefined ? undefined : `until ${words.until}`;
}

const OWN = ['steal', 'warn', 'keep'] as const;
type Action = (typeof OWN)[number] | LineAction;

export interface Acting<Which> {
  readonly scope: string;
  readonly action: Which;
  /** Applies a rule, once for this command. */
  readonly act: (rule: Act['rule']) => Promise<Answer>;
}

function isOwnAction(action: Action): action is (typeof OWN)[number] {
  return OWN.some((name) => name === action);
}

/** What may be said beside an action, besides the reason that some need; of the others nothing has a meaning. */
const WITH_TERMS: readonly (Action | undefined)[] = [undefined, 'wait', 'steal', 'warn'];

/** The one thing that is to be done, beside taking the lock. Throws UserError for what has no meaning with it. */
function onlyAction({ words: { flags, values, ...words } }: Call): Action | undefined {
  const given = [...flags, ...(values.has('offer') ? ['offer'] : [])] as Action[];
  const [action, second] = given;
  if (second !== undefined) {
    throw new UserError(`“--${action}” and “--${second}” are two things; say one of them.`);
  }
  if (action === undefined && values.has('lock')) {
    throw new UserError('“--lock” belongs to buttons: it names the very lock that they are for.');
  }
  if (WITH_TERMS.includes(action)) return action;
  const clause = (['because', 'for', 'until'] as const).find((name) => words[name] !== undefined);
  if (clause === undefined) return action;
  throw new UserError(`“${clause}” has no meaning with “--${action}”.`, {
    example: action === 'offer' ? '/lock staging --offer @person' : `/lock staging --${action}`,
  });
}

async function requireRoleFor(ctx: Context, { actor }: Call, scope: string, action?: Action): Promise<void> {
  // Whoever is offered something, or waits, may always say no.
  if (action === 'leave' || action === 'decline' || action === 'keep') return;
  const environment = environmentOf(scope);
  const role = scope === ALL ? 'admin' : 'deployer';
  await requireRole(ctx, actor, {
    role,
    environment,
    may: scope === ALL ? 'lock everything' : `lock ${scope}`,
  });
}

async function own(
  ctx: Context,
  call: Call,
  { scope, action, act }: Acting<Action | undefined>,
): Promise<Reply> {
  const by: By = { command: call.id, person: call.actor.id, channel: call.channel };
  const only = call.words.values.get('lock');
  switch (action) {
    case 'warn': {
      const reason = reasonOf(call, scope, '--warn');
      const asked = { config: ctx.config, actor: call.actor, words: call.words, scope, now: ctx.now() };
      await act(warn({ ...by, scope, reason, until: readEnd(asked, call.words.for) ?? null }));
      return { to: 'caller', view: warningLeft(scope) };
    }
    case 'steal': {
      reasonOf(call, scope, '--steal');
      const stolen = await act(steal({ scope, terms: await readTerms(ctx, call, scope), only, ...by }));
      return taken(ctx, call, stolen, scope);
    }
    case 'keep': {
      const { outcome, lock: kept } = await act(keep({ ...by, scope, only: only ?? '' }));
      const view =
        outcome === 'kept' && kept !== null
          ? lockHeld(kept, 'still', ctx.now())
          : lockOver(scope, kept, ctx.now());
      return { to: 'caller', view };
    }
    default:
      return taken(
        ctx,
        call,
        await act(take({ scope, terms: await readTerms(ctx, call, scope), ...by })),
        scope,
      );
  }
}

/** The channel hears of a lock that was taken; its holder is told besides where they would not read it there. */
function taken(ctx: Context, call: Call, { outcome, lock: held }: Answer, scope: string): Reply {
  if (held === null || outcome === 'not_that_one')
    return { to: 'caller', view: lockOver(scope, held, ctx.now()) };
  const isNews = outcome === 'taken' || outcome === 'stolen';
  if (isNews && isHeardHere(ctx, scope, call.channel)) return { to: 'none' };
  const word = outcome === 'held' ? 'already' : outcome === 'extended' ? 'still' : 'now';
  return { to: 'caller', view: lockHeld(held, word, ctx.now()) };
}

function warningLeft(scope: string): View {
  const line = mrkdwn`Whoever deploys to *${named(scope)}* sees your warning. ${code(`/unlock ${scope}`)} takes it away.`;
  return lockNote(':warning:', line, `Your warning about ${named(scope)}`);
}

function reasonOf({ words }: Call, scope: string, flag: string): string {
  if (words.because !== undefined) return words.because;
  throw new UserError(`“${flag}” needs a reason, which everybody will see.`, {
    example: `/lock ${scope} ${flag} because the database is being moved`,
  });
}

async function list(ctx: Context): Promise<Reply> {
  const places = await lockPlaces(ctx);
  const environments = await Promise.all(places.map((name) => listed(ctx, name)));
  return { to: 'caller', view: lockList(environments, ctx.now()) };
}

async function listed(ctx: Context, name: string): Promise<ListedLocks> {
  try {
    const everywhere = Object.keys(ctx.config.environments);
    return await ownLocksOn(ctx.redis, name, { now: ctx.now(), everywhere });
  } catch (error) {
    if (error instanceof UnreadableLockError) return { unreadable: error.scope };
    throw error;
  }
}
