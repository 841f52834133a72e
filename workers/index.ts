import type { Worker } from '../src/worker.ts';
import { anchorAudit } from './anchor-audit.ts';
import { deploy } from './deploy.ts';
import { deployLabels } from './deploy-labels.ts';
import { keepLocksWorker } from './keep-locks.ts';
import { handleWebhook } from './handle-webhook.ts';
import { postDigest } from './post-digest.ts';
import { reconcileWorker } from './reconcile.ts';
import { remoteDeploy } from './remote-deploy.ts';
import { remoteNotes } from './remote-notes.ts';
import { reportDeployment } from './report-deployment.ts';
import { runCommand } from './run-command.ts';
import { sendMail } from './send-mail.ts';
import { sendMessage } from './send-message.ts';
import { sweep } from './sweep.ts';
import { sweepPullRequests } from './sweep-pull-requests.ts';

/** Everything that is done later, one worker a queue. */
export const workers: readonly Worker[] = [
  runCommand,
  deploy,
  sendMessage,
  reportDeployment,
  remoteDeploy,
  remoteNotes,
  keepLocksWorker,
  handleWebhook,
  postDigest,
  deployLabels,
  sendMail,
  reconcileWorker,
  sweep,
  sweepPullRequests,
  anchorAudit,
];
