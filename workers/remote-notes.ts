import { patiently } from '../src/github/patiently.ts';
import { tellGitHub } from '../src/remote-deploys/tell-github.ts';
import { defineWorker } from '../src/worker.ts';

/** Brings the labels and the comments of remote deploys up to date, one write after the other. */
export const remoteNotes = defineWorker({
  queue: 'remote-notes',
  concurrency: 1,

  run: (ctx, pullRequest, attempt) => patiently(() => tellGitHub(ctx, pullRequest), attempt),
});
