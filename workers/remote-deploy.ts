import { patiently } from '../src/github/patiently.ts';
import { lookAtPullRequest } from '../src/remote-deploys/reconcile.ts';
import { defineWorker } from '../src/worker.ts';

/** Brings the environments of pull requests to what is wanted. */
export const remoteDeploy = defineWorker({
  queue: 'remote-deploys',
  concurrency: 5,

  run: (ctx, { repository, number, why }, attempt) =>
    patiently(() => lookAtPullRequest(ctx, { repository, number, why }), attempt),
});
