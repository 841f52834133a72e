import * as z from 'zod';
import { CommandOptions, command } from './command.ts';
import type { Driver } from './driver.ts';
import { GithubActionsOptions, githubActions } from './github-actions.ts';
import { GithubDeploymentOptions, githubDeployment } from './github-deployment.ts';
import { webhook } from './webhook.ts';
import { WebhookOptions } from './webhook-target.ts';

export const drivers = {
  'github-actions': githubActions,
  'github-deployment': githubDeployment,
  webhook,
  command,
} as const satisfies Record<string, Driver>;

/** The `driver` section of an environment: one shape per driver, told apart by `type`. */
export const DriverOptions = z.discriminatedUnion('type', [
  GithubActionsOptions,
  GithubDeploymentOptions,
  WebhookOptions,
  CommandOptions,
]);
export type DriverOptions = z.infer<typeof DriverOptions>;

/** The driver that an environment's `driver` section names. */
export function driverFor(options: DriverOptions): Driver {
  return drivers[options.type];
}
