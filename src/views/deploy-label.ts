import type { Deployment, DeploymentState } from '../deployments/deployment.ts';
import type { Asked } from '../pull-requests/asked.ts';
import { deployLabel } from '../pull-requests/deploy-label.ts';
import { nextStep, REASONS } from '../reason-codes.ts';
import { codeSpan, lines, type Markdown, markdown, utc, webLink, worded } from './markdown.ts';

/** Older ones are left out: the trail has them all. */
const MOST_SHOWN = 10;

const WORDS = {
  awaiting_approval: 'waits for an approval',
  waiting: 'waits for its turn',
  queued: 'is queued',
  in_progress: 'is in progress',
  success: 'succeeded',
  failure: 'failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded',
  unknown: 'is in an unknown state',
} as const satisfies Record<DeploymentState, string>;

/** What the one comment says of the deployments that labels asked for, the newest first. */
export function deployLabelComment(
  all: readonly Asked[],
  deployments: ReadonlyMap<string, Deployment>,
): Markdown {
  const shown = all.slice(0, MOST_SHOWN).map((asked) => {
    const deployment = asked.deployment === null ? undefined : deployments.get(asked.deployment);
    const { environment, login, at } = asked;
    const answer = deployment === undefined ? unanswered(asked) : answered(deployment);
    return markdown`- ${codeSpan(deployLabel(environment))} by ${login}, ${utc(at)}: ${answer}`;
  });
  return lines([markdown`**Deployments that labels asked for**`, markdown``, ...shown]);
}

function unanswered({ state, reasons, says }: Asked): Markdown {
  if (state !== 'refused') return markdown`it is being looked at.`;
  return markdown`**refused** (${lines(reasons.map(codeSpan), ', ')}). ${worded(says)}`;
}

function answered(deployment: Deployment): Markdown {
  const { id, service, sha, state, reason, summary, url, logUrl } = deployment;
  const parts = [markdown`${service} ${codeSpan(sha.slice(0, 7))} **${WORDS[state]}**.`];
  if (reason !== null) {
    parts.push(
      markdown`${worded(summary === '' ? REASONS[reason].says : summary)} ${worded(nextStep(reason, deployment))} (${codeSpan(reason)})`,
    );
  }
  if (state === 'success' && url !== null) parts.push(webLink(url, 'Open it'));
  if (logUrl !== null) parts.push(webLink(logUrl, 'Log'));
  parts.push(codeSpan(id));
  return lines(parts, ' ');
}
