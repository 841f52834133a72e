import type { KnownBlock } from '@slack/types';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { type Deployment, hasSucceeded, isFinished } from '../deployments/deployment.ts';
import { approvalButtons } from './approval.ts';
import { verdictButtons } from './lost.ts';
import { type ButtonLook, buttons } from './view.ts';

/** What can be done about a deployment in its present state: each button acts on this very one. */
export function offersFor(deployment: Deployment): KnownBlock[] {
  const { id, state, environment, service } = deployment;
  const cancel: ButtonLook = { label: 'Cancel', command: `deploy cancel ${id}` };
  if (isFinished(deployment) && !deployment.runOver) return [verdictButtons(deployment), buttons(cancel)];
  if (hasSucceeded(deployment)) return [];
  switch (state) {
    case 'awaiting_approval':
      return [approvalButtons(deployment), buttons(cancel)];
    case 'waiting': {
      const leave = `lock ${environment}/${service} --leave --lock ${id}`;
      return [buttons({ label: 'Leave', command: leave }, cancel)];
    }
    case 'queued':
    case 'in_progress':
      return [buttons(cancel)];
    case 'unknown':
      return [verdictButtons(deployment), buttons(cancel)];
    case 'failure':
    case 'cancelled':
      return [buttons({ label: 'Retry', command: commandToRetry(deployment) }, ...rollBack(deployment))];
    case 'success':
    case 'superseded':
      return [];
  }
}

/** A pull request's own environment is brought up anew, with the newest commit. */
function commandToRetry({ id, environment, service, pullRequest }: Deployment): string {
  return isRemoteEnvironment(environment) ? `remote ${service}#${pullRequest} up` : `deploy retry ${id}`;
}

/** Only where its run may have left something, and something was live before. */
function rollBack({ id, environment, service, startedAt, previous }: Deployment): ButtonLook[] {
  if (startedAt === null || previous === null || isRemoteEnvironment(environment)) return [];
  return [{ label: 'Roll back', command: `deploy rollback ${environment} ${service} --from ${id}` }];
}
