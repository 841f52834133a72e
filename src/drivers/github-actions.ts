import * as z from 'zod';

export const GithubActionsOptions = z.strictObject({
  type: z.literal('github-actions'),
  workflow: z.string().min(1).describe('File name of the workflow, such as deploy.yml'),
  ref: z
    .string()
    .min(1)
    .optional()
    .describe('Branch whose workflow file runs; the default branch when left out'),
  inputs: z.record(z.string(), z.string()).optional().describe('Further inputs of the workflow'),
});
