import type { Verdict } from '../audit/chain.ts';
import { code, context, mrkdwn, section, summaryText, type View } from './view.ts';

/** The daily print of where the audit trail stands, kept by Slack; `day` as 2026-11-21, in UTC. */
export function trailAnchored(verdict: Verdict, day: string): View {
  if (!verdict.ok) {
    return {
      text: summaryText(`The audit trail is broken at line ${verdict.firstBad}`),
      blocks: [
        section(
          mrkdwn`:rotating_light: *The audit trail is broken.* First bad line: ${verdict.firstBad}, ${verdict.why}.`,
        ),
        context(
          mrkdwn`${day} · ${code('baton audit verify')} says the same. What stands before it is as it was written.`,
        ),
      ],
    };
  }
  const { seq, hash } = verdict.head;
  return {
    text: summaryText(`Audit trail, ${day}: ${seq} entries, last hash ${hash}`),
    blocks: [
      section(
        mrkdwn`:link: *Audit trail, ${day}:* whole, ${seq} entries. Entry ${seq} has the hash\n${code(hash)}`,
      ),
      context(
        mrkdwn`To compare: ${code('baton audit verify')} prints the same until something is added; later, ${code(`baton audit export | sed -n ${seq}p`)} ends in this hash. If not, the trail was rewritten.`,
      ),
    ],
  };
}
