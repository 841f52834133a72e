import type { Quarantine } from '../redis/epoch.ts';
import { code, context, joined, mrkdwn, person, section, summaryText, type View } from './view.ts';

const WHY: Record<Quarantine['why'], string> = {
  missing: 'Redis is empty: what Baton knew is gone.',
  another: 'Redis is another one than before: what Baton knew is not in it.',
  older: 'Redis came back with older data: what happened since is gone from it.',
  unknown: 'Redis does not know of deployments that GitHub may show.',
};

/** For operators: nothing is started for now, why, and what is being looked at. */
export function quarantineNews(why: Quarantine['why'], environments: readonly string[]): View {
  const lines = [
    mrkdwn`:warning: *Redis has lost data, so nothing is deployed for now.* ${WHY[why]}`,
    mrkdwn`Baton looks at GitHub and at the targets to see what runs on ${environments.join(', ')}, then goes on by itself or asks here.`,
    mrkdwn`Locks, lines, freezes set by command and open approvals may be gone or old: look at ${code('/lock')} and ${code('/deploy status')}.`,
  ];
  return {
    text: summaryText('Redis has lost data: nothing is deployed for now'),
    blocks: [
      section(joined(lines)),
      context(mrkdwn`${code('driver_unknown')} · docs/operations.md, “Redis lost its data”`),
    ],
  };
}

/** For operators: only people can tell whether something runs. */
export function quarantineAsks(environment: string, says: string): View {
  const lines = [
    mrkdwn`:raising_hand: *Does anything run on ${environment}?* ${says}`,
    mrkdwn`An admin looks at the target, waits for what runs to end, then says so with ${code(`/baton resume ${environment}`)}. Where approvals are asked for, two of them.`,
  ];
  return { text: summaryText(`Does anything run on ${environment}?`), blocks: [section(joined(lines))] };
}

/** For operators: deployments may start again. */
export function quarantineOver(environment: string, everywhere: boolean): View {
  const line = mrkdwn`:white_check_mark: It is known what runs on *${environment}*, so deployments may start there again.`;
  const rest = everywhere ? [mrkdwn`That was the last one: Baton works as before.`] : [];
  return {
    text: summaryText(`Deployments to ${environment} may start again`),
    blocks: [section(joined([line, ...rest], ' '))],
  };
}

/** For everybody: who said that nothing runs, and whether somebody else has to say so too. */
export function resumedNote(environment: string, by: string, isOpen: boolean): View {
  const what = isOpen
    ? mrkdwn`Deployments may start there again.`
    : mrkdwn`It takes a second admin to say the same: ${code(`/baton resume ${environment}`)}.`;
  const line = mrkdwn`${person(by)} says that nothing runs on *${environment}*. ${what}`;
  return { text: summaryText(`Nothing runs on ${environment}`), blocks: [section(line)] };
}
