import type { DriverRequest } from '../../src/drivers/driver.ts';

export const NOON = new Date('2030-01-15T12:00:00Z');

export function driverRequest(overrides: Partial<DriverRequest> = {}): DriverRequest {
  return {
    deployment: 'staging-bcdfghjk',
    action: 'deploy',
    transient: false,
    environment: 'staging',
    service: 'api',
    repository: 'acme/api',
    ref: 'main',
    sha: '5f0c9d3c2b1a5f0c9d3c2b1a5f0c9d3c2b1a5f0c',
    fence: 7,
    requestedBy: 'U0ASHA',
    intendedAt: NOON,
    attemptedAt: NOON,
    intendedOn: 'test-host',
    mayHaveStarted: false,
    startBefore: Infinity,
    reported: undefined,
    ...overrides,
  };
}
