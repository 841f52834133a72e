import * as z from 'zod';
import { defineDriver } from './driver.ts';

export const GithubDeploymentOptions = z.strictObject({
  type: z.literal('github-deployment'),
  task: z.string().min(1).optional(),
  payload: z.record(z.string(), z.json()).optional(),
});

const NOT_YET = 'The github-deployment driver comes with a later version of Baton; choose another one.';

/** Read and validated now, so that configurations can be written; to start it is a clear failure. */
export const githubDeployment = defineDriver({
  options: GithubDeploymentOptions,
  start: async (_tools, { deployment }) => ({ state: 'failure', run: deployment, summary: NOT_YET }),
  check: async () => ({ state: 'failure', summary: NOT_YET }),
  lookup: async () => ({ state: 'not_found' }),
  cancel: async () => ({ state: 'refused', why: NOT_YET }),
});
