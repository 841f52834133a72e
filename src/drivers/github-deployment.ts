import * as z from 'zod';

/** Read and validated now; the driver itself comes with a later version. */
export const GithubDeploymentOptions = z.strictObject({
  type: z.literal('github-deployment'),
  task: z.string().min(1).optional(),
  payload: z.record(z.string(), z.json()).optional(),
});
