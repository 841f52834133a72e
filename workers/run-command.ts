import { commands } from '../commands/index.ts';
import { appendAudit } from '../src/audit/store.ts';
import type { Reply, Words } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import type { ReasonCode } from '../src/reason-codes.ts';
import type { CommandJob } from '../src/jobs.ts';
import { loadMember, PersonUnreadableError } from '../src/people/roles.ts';
import { claimCommand, mayYetBeRevoked, REVOCATION_SECONDS } from '../src/slack/claim.ts';
import { SlackBusyError } from '../src/slack/client.ts';
import { parse } from '../src/slack/parse.ts';
import { redactView } from '../src/slack/redact-view.ts';
import { subjectOf } from '../src/slack/target.ts';
import { answerTo, unexpectedError, wasNotTaken } from '../src/views/error.ts';
import { countCommand } from '../src/metrics.ts';
import type { View } from '../src/views/view.ts';
import { type Attempt, defineWorker } from '../src/worker.ts';

/** Runs what somebody typed or clicked, and answers. The only place where an error becomes words for a person. */
export const runCommand = defineWorker({
  queue: 'commands',
  concurrency: 50,

  async run(ctx, job, attempt) {
    if (!attempt.again && mayYetBeRevoked(job.receivedAt, ctx.now()))
      return { againInSeconds: REVOCATION_SECONDS };
    const claim = await claimCommand(ctx.redis, attempt.id, 'taken');
    try {
      await send(ctx, job, attempt, await (claim === 'taken' ? run : turnDown)(ctx, job, attempt));
    } catch (error) {
      if (error instanceof SlackBusyError) return { againInSeconds: error.retryAfterSeconds };
      if (attempt.last) {
        ctx.log.error({ err: error }, 'command failed');
        await send(ctx, job, attempt, { to: 'caller', view: unexpectedError(job.reference) });
      }
      throw error;
    }
    return 'done';
  },
});

async function run(ctx: Context, job: CommandJob, { id, again, last }: Attempt): Promise<Reply> {
  const { user, team, text, channel, reference } = job;
  let words: Words | undefined;
  try {
    const actor = await loadMember(ctx.slack, user, { team, workspace: ctx.config.slack.workspace });
    const parsed = parse(text, commands);
    words = withoutSecrets(ctx, parsed.words);
    const { name } = parsed.command;
    ctx.log.info({ command: name, actor: user }, 'command');
    const reply = await parsed.command.run(ctx, { words, actor, channel, id, reference, again });
    const { reason = null, reasons } = reply.to === 'caller' ? reply : {};
    noteOutcome(ctx, { command: name, actor: user, reason, reasons });
    return reply;
  } catch (error) {
    if (error instanceof PersonUnreadableError && !last) throw error; // Slack may know in a moment
    const answer = answerTo(error, reference);
    if (answer === undefined) throw error;
    const view = redactView(ctx, answer); // it quotes what was typed
    const reason = error instanceof UserError ? error.reason : 'lock_ambiguous';
    noteOutcome(ctx, { command: words?.command ?? 'unknown', actor: user, reason });
    await noteRefusal(ctx, job, id, { reason, said: view.text, words });
    return { to: 'caller', view };
  }
}

interface Outcome {
  /** A known command's name, or `unknown`: what was typed may hold a secret. */
  readonly command: string;
  readonly actor: string;
  readonly reason: ReasonCode | null;
  readonly reasons?: readonly ReasonCode[] | undefined;
}

/** Counts what came of a command, and logs it with its reason codes. */
function noteOutcome({ log }: Context, { command, actor, reason, reasons = [] }: Outcome): void {
  countCommand(command, reason);
  if (reason === null) return log.info({ command, actor }, 'command done');
  const several = reasons.length > 1 ? { reasons } : {};
  log.info({ command, actor, reason, ...several }, 'command refused');
}

/** Everybody sees a reason, and the trail keeps it for ever. */
function withoutSecrets({ redact }: Context, words: Words): Words {
  return words.because === undefined ? words : { ...words, because: redact(words.because) };
}

/** The person has been told that nothing was done; the same request may have come again since, and been accepted. */
async function turnDown(ctx: Context, job: CommandJob, { id }: Attempt): Promise<Reply> {
  ctx.log.warn('not run: the person has been told that it was not taken');
  const view = wasNotTaken(job.reference);
  noteOutcome(ctx, { command: 'unknown', actor: job.user, reason: 'cancelled' });
  await noteRefusal(ctx, job, id, { reason: 'cancelled', said: view.text });
  return { to: 'caller', view };
}

interface Refusal {
  readonly reason: ReasonCode;
  readonly said: string;
  /** Undefined for what was not understood, or not looked at. */
  readonly words?: Words | undefined;
}

async function noteRefusal(
  ctx: Context,
  { user, text }: CommandJob,
  id: string,
  { reason, said, words }: Refusal,
): Promise<void> {
  const [action = 'help'] = text.trim().split(/\s+/);
  // Cut only afterwards: of a secret that was cut in two neither half is known any more.
  const typed = ctx.redact(text).slice(0, 200);
  const about = words === undefined ? undefined : subjectOf(ctx.config, words);
  await appendAudit(ctx.redis, {
    id,
    at: ctx.now(),
    actor: user,
    action,
    subject: about === undefined ? typed : ctx.redact(about).slice(0, 200),
    outcome: 'refused',
    reason,
    detail: { said: ctx.redact(said), typed },
  });
}

async function send(ctx: Context, job: CommandJob, { id }: Attempt, reply: Reply): Promise<void> {
  const { user, channel, reference, responseUrl } = job;
  const privately = async (view: View) => {
    const message = { user, channel, responseUrl, view, reference };
    await ctx.jobs.add('messages', `reply-${id}`, { version: 1, kind: 'reply', ...message });
  };
  if (reply.to === 'caller') await privately(reply.view);
  if (reply.to !== 'channel') return;

  const news = { user, channel: reply.channel ?? channel, view: reply.view, reference };
  await ctx.jobs.add('messages', `news-${id}`, { version: 1, kind: 'notice', ...news });
  if (reply.caller !== undefined) await privately(reply.caller);
}
