import type { Worker } from '../src/worker.ts';
import { anchorAudit } from './anchor-audit.ts';
import { deploy } from './deploy.ts';
import { keepLocksWorker } from './keep-locks.ts';
import { handleWebhook } from './handle-webhook.ts';
import { reportDeployment } from './report-deployment.ts';
import { runCommand } from './run-command.ts';
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
  sweep,
  anchorAudit,
];
