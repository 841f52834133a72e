import type { Deployment } from '../deployments/deployment.ts';
import { whatIsDeployed } from './deployment.ts';
import { buttons, code, joined, mrkdwn, person, section, summaryText, type View } from './view.ts';

/** For the audit channel: an admin passed gates in need, and somebody else has to look at it. */
export function breakGlassNews(deployment: Deployment): View {
  const { id, service, environment, requestedBy, breakGlass } = deployment;
  const lines = [
    mrkdwn`:rotating_light: *Break-glass:* ${person(requestedBy)} deploys *${service}* to *${environment}*: ${whatIsDeployed(deployment)}`,
    mrkdwn`Because “${breakGlass?.reason ?? ''}”. It passes freeze, checks and promotion, whatever they say; never a lock, a running deployment or missing approvals.`,
    mrkdwn`It stays open until somebody other than ${person(requestedBy)} has reviewed it (${code(`/deploy review ${id}`)}).`,
  ];
  return {
    text: summaryText(`Break-glass: ${service} to ${environment}`),
    blocks: [section(joined(lines)), buttons({ label: 'Reviewed', command: `deploy review ${id}` })],
  };
}

/** For the audit channel, below it. */
export function breakGlassReviewed({ id, breakGlass }: Deployment): View {
  const line = mrkdwn`:white_check_mark: ${person(breakGlass?.reviewedBy ?? '')} has reviewed it. Nothing is left to do.`;
  return { text: summaryText(`Reviewed: ${id}`), blocks: [section(line)] };
}

/** For whoever reviewed it. */
export function reviewedNote({ id, requestedBy, breakGlass }: Deployment): View {
  const by = breakGlass?.reviewedBy ?? '';
  const line = mrkdwn`:white_check_mark: The break-glass of ${person(requestedBy)} (${code(id)}) is reviewed, by ${person(by)}.`;
  return { text: summaryText('Reviewed'), blocks: [section(line)] };
}
