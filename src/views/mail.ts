import { context, mrkdwn, section, summaryText, time, type View } from './view.ts';

/**
 * Tells the audit channel that a digest does not go out by mail, to one recipient or to all. `said` is what the mail
 * server said, or what is wrong.
 */
export function mailRefused(subject: string, said: string, to?: string): View {
  return {
    text: summaryText('A digest does not go out by mail'),
    blocks: [
      section(
        mrkdwn`:warning: *“${subject}” does not go out by mail${to === undefined ? '' : ` to ${to}`}.* ${said}`,
      ),
      context(mrkdwn`The digest stands in its channel. Baton does not send this mail again.`),
    ],
  };
}

/** Tells the audit channel that a digest waits, and until when Baton tries. */
export function mailDelayed(subject: string, said: string, until: Date): View {
  return {
    text: summaryText('A digest has not gone out by mail yet'),
    blocks: [
      section(mrkdwn`:hourglass: *“${subject}” has not gone out by mail yet.* ${said}`),
      context(mrkdwn`The digest stands in its channel. Baton tries again until ${time(until)}.`),
    ],
  };
}
