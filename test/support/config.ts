import type * as z from 'zod';
import { Config } from '../../src/config/schema.ts';

/** Asha and Ben deploy, Ben is admin, Cleo is in the workspace only. */
export function testConfig(overrides: Partial<z.input<typeof Config>> = {}): Config {
  return Config.parse({
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL', audit: 'C0AUD' } },
    people: [
      { name: 'Asha', slack: 'U0ASHA', github: 'asha-k' },
      { name: 'Ben', slack: 'U0BEN', github: 'ben-w' },
    ],
    roles: { deployer: ['U0ASHA', 'U0BEN'], approver: ['S0RELMGRS'], admin: ['U0BEN'] },
    services: { api: { repository: 'acme/api' }, web: { repository: 'acme/web' } },
    environments: {
      staging: {
        services: ['api', 'web'],
        driver: { type: 'webhook', url: 'http://127.0.0.1:1/hook', secret_env: 'DEPLOY_SECRET' },
      },
      production: {
        services: ['api', 'web'],
        driver: { type: 'command', argv: ['true'] },
        channel: 'C0PROD',
        roles: { deployer: ['U0BEN'] },
      },
    },
    ...overrides,
  });
}
