import * as z from 'zod';
import { CommandOptions } from './command.ts';
import { GithubActionsOptions } from './github-actions.ts';
import { GithubDeploymentOptions } from './github-deployment.ts';
import { WebhookOptions } from './webhook-target.ts';

/** The `driver` section of an environment: one shape per driver, told apart by `type`. */
export const DriverOptions = z.discriminatedUnion('type', [
  GithubActionsOptions,
  GithubDeploymentOptions,
  WebhookOptions,
  CommandOptions,
]);
export type DriverOptions = z.infer<typeof DriverOptions>;
