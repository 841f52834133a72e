import type { Worker } from '../src/worker.ts';
import { deploy } from './deploy.ts';
import { keepLocksWorker } from './keep-locks.ts';
import { handleWebhook } from './handle-webhook.ts';
import { postDigest } from './post-digest.ts';
import { reconcileWorker } from './reconcile.ts';
import { reportDeployment } from './report-deployment.ts';
import { runCommand } from './run-command.ts';
import { sendMail } from './send-mail.ts';
import { sendMessage } from './send-message.ts';
import { sweep } from './sweep.ts';

/** Everything that is done later, one worker a queue. */
export const workers: readonly Worker[] = [
  runCommand,
  deploy,
  sendMessage,
  reportDeployment,
  keepLocksWorker,
  handleWebhook,
  postDigest,
  sendMail,
  reconcileWorker,
  sweep,
];
