import { context, mrkdwn, output, section, summaryText, type View } from './view.ts';

/** Tells the audit channel that a changed configuration was not taken. */
export function configRefused(problems: string): View {
  return {
    text: summaryText('The changed configuration is refused; the one before stays in force'),
    blocks: [
      section(mrkdwn`:warning: *The changed configuration is refused.* The one before stays in force.`),
      section(output(problems)),
      context(mrkdwn`Mend the file: Baton looks at it again when it changes.`),
    ],
  };
}
