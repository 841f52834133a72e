import { channelLink, context, mrkdwn, type View } from './view.ts';

/** A message that goes to one person because its channel does not take it, or did not confirm it. */
export function directMessage(view: View, why: 'closed' | 'unconfirmed', channel: string): View {
  const note =
    why === 'closed'
      ? mrkdwn`This comes to you because Baton cannot post in ${channelLink(channel)}. Invite Baton there, and the next message goes there.`
      : mrkdwn`This comes to you because Slack did not confirm the message in ${channelLink(channel)}, so you may read it twice.`;
  return { text: view.text, blocks: [...view.blocks, context(note)] };
}
