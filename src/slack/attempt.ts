import type { Context } from '../context.ts';
import type { View } from '../views/view.ts';
import { countMessage } from '../metrics.ts';
import { SlackBusyError, SlackRefusedError, SlackUncertainError } from './client.ts';
import { pauseChannel } from './pace.ts';

/** `later`: certainly not sent. `uncertain`: sent or not, nobody can tell. `refused`: not so, and not later either. */
export type Attempted<T> =
  | { readonly result: 'sent'; readonly value: T }
  | { readonly result: 'later'; readonly seconds: number | undefined }
  | { readonly result: 'refused'; readonly error: SlackRefusedError }
  | { readonly result: 'uncertain' };

const REJECTS_BLOCKS: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
]);

const CLOSED: ReadonlySet<string> = new Set([
  'cannot_reply_to_message',
  'channel_not_found',
  'is_archived',
  'is_inactive',
  'messages_tab_disabled',
  'no_permission',
  'not_in_channel',
  'posting_to_general_channel_denied',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'team_access_not_granted',
  'user_not_found',
  'user_not_in_channel',
]);

const GONE: ReadonlySet<string> = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message']);

/** Slack takes nothing from Baton in that channel. */
export function isClosed({ code }: SlackRefusedError): boolean {
  return CLOSED.has(code);
}

/** The message can no longer be edited. */
export function isGone({ code }: SlackRefusedError): boolean {
  return GONE.has(code);
}

/**
 * Sends a view once and says what became of it; without its blocks when Slack rejects them. Slack's wish for patience
 * holds for this channel alone.
 */
export async function attemptToSend<T>(
  ctx: Pick<Context, 'redis' | 'log'>,
  channel: string,
  view: View,
  send: (view: View) => Promise<T>,
): Promise<Attempted<T>> {
  const attempted = await attempt(ctx, channel, view, send);
  countMessage(attempted.result);
  return attempted;
}

async function attempt<T>(
  ctx: Pick<Context, 'redis' | 'log'>,
  channel: string,
  view: View,
  send: (view: View) => Promise<T>,
): Promise<Attempted<T>> {
  try {
    return { result: 'sent', value: await send(view) };
  } catch (error) {
    if (error instanceof SlackBusyError) {
      await pauseChannel(ctx.redis, channel, error.retryAfterSeconds);
      return { result: 'later', seconds: error.retryAfterSeconds };
    }
    if (error instanceof SlackRefusedError && REJECTS_BLOCKS.has(error.code) && view.blocks.length > 0) {
      ctx.log.error(
        { code: error.code, text: view.text },
        'Slack rejects the blocks; sending the text alone',
      );
      return attempt(ctx, channel, { text: view.text, blocks: [] }, send);
    }
    ctx.log.warn({ err: error, channel }, 'message not sent');
    if (error instanceof SlackRefusedError) return { result: 'refused', error };
    if (error instanceof SlackUncertainError) return { result: 'uncertain' };
    return { result: 'later', seconds: undefined };
  }
}
