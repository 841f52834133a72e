import { Deployment, deploymentIdFor } from '../../src/deployments/deployment.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { NOON } from './context.ts';

/** Asha's deployment of main to staging, just queued. */
export function deployment(overrides: Partial<Deployment> = {}): Deployment {
  return {
    ...Deployment.parse({
      version: 1,
      id: deploymentIdFor('staging', 'job-1'),
      revision: 1,
      environment: 'staging',
      service: 'api',
      repository: 'acme/api',
      ref: 'main',
      sha: 'a'.repeat(40),
      state: 'queued',
      fence: 1,
      requestedBy: 'U0ASHA',
      driver: 'webhook',
      channel: 'C0STG',
      reference: '3f9a1c2e',
      createdAt: NOON,
      updatedAt: NOON,
    }),
    ...overrides,
  };
}

/** Puts a record where loadDeployment reads it, whatever was there. */
export async function putDeployment(redis: RedisClient, record: Deployment): Promise<void> {
  await redis.set(`baton:{${record.environment}}:deployment:${record.id}`, JSON.stringify(record));
}
