import type { KnownBlock } from '@slack/types';
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
      return [buttons({ label: 'Retry', command: `deploy retry ${id}` }, ...rollBack(deployment))];
    case 'success':
    case 'superseded':
      return [];
  }
}

/** Only where its run may have left something, and something was live before. */
function rollBack({ id, environment, service, startedAt, previous }: Deployment): ButtonLook[] {
  if (startedAt === null || previous === null) return [];
  return [{ label: 'Roll back', command: `deploy rollback ${environment} ${service} --from ${id}` }];
}
