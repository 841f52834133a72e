import type { Cancelling } from '../deployments/cancel.ts';
import type { Deployment, Verdict } from '../deployments/deployment.ts';
import type { Resolved } from '../deployments/resolve.ts';
import { lookOf } from './deployment.ts';
import { SAID } from './lost.ts';
import { code, context, joined, type Mrkdwn, mrkdwn, section, summaryText, type View } from './view.ts';

/** For whoever wanted a deployment cancelled: what came of it, and what to do when it cannot be. */
export function cancelNote(cancelling: Cancelling): View {
  const { kind, deployment } = cancelling;
  const { environment, service } = deployment;
  switch (kind) {
    case 'ended':
      return note(deployment, ':no_entry_sign:', [mrkdwn`${now(deployment)}`, ...because(deployment)]);
    case 'asked':
      return note(deployment, ':hourglass:', [
        mrkdwn`The target was asked to end ${what(deployment)}.`,
        mrkdwn`*${service}* stays blocked on *${environment}* until the end of the run is known.`,
      ]);
    case 'over':
      return note(deployment, ':information_source:', [
        mrkdwn`There is nothing to cancel: it is over. ${now(deployment)}`,
      ]);
    case 'cannot':
      return note(deployment, ':warning:', [
        mrkdwn`It was not cancelled: ${what(deployment)}. ${cancelling.why}`,
        mrkdwn`Nothing is known to have changed. Stop it where it runs: Baton sees its end there, and frees *${service}* on *${environment}* then.`,
      ]);
  }
}

/** For whoever said what happened to a run of which nobody could tell. */
export function resolveNote({ kind, deployment, needed }: Resolved, how: Verdict): View {
  const said = mrkdwn`You said that ${what(deployment)} ${SAID[how]}.`;
  switch (kind) {
    case 'ended':
      return note(deployment, ':white_check_mark:', [mrkdwn`${said} That settles it. ${now(deployment)}`]);
    case 'noted': {
      const same = deployment.verdicts.filter((one) => one.how === how).length;
      const differ = deployment.verdicts.length > same;
      const left = mrkdwn`${needed - same} more must say the same, and *${deployment.service}* stays blocked on *${deployment.environment}* until then.`;
      const others = mrkdwn`Others say something else: talk to them.`;
      return note(deployment, ':hourglass:', [said, left, ...(differ ? [others] : [])]);
    }
    case 'known':
      return note(deployment, ':information_source:', [
        mrkdwn`The target tells of it again, and its word counts. ${now(deployment)}`,
      ]);
    case 'over':
      return note(deployment, ':information_source:', [
        mrkdwn`Nobody is asked any more: it is over. ${now(deployment)}`,
      ]);
  }
}

function note({ id, reason }: Deployment, icon: string, lines: readonly Mrkdwn[]): View {
  const text = joined([mrkdwn`${{ mrkdwn: icon }} ${lines[0] ?? mrkdwn``}`, ...lines.slice(1)]);
  const small = reason === null ? code(id) : mrkdwn`${code(reason)} · ${code(id)}`;
  return { text: summaryText(`About deployment ${id}`), blocks: [section(text), context(small)] };
}

function what({ environment, service }: Deployment): Mrkdwn {
  return mrkdwn`the deployment of *${service}* to *${environment}*`;
}

function now(deployment: Deployment): Mrkdwn {
  const { environment, service } = deployment;
  return mrkdwn`*${service}* on *${environment}* ${lookOf(deployment).words}.`;
}

function because({ summary }: Deployment): Mrkdwn[] {
  return summary === '' ? [] : [mrkdwn`${summary}`];
}
