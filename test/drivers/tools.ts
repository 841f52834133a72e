import type { DriverTools } from '../../src/drivers/driver.ts';
import { NOON } from './requests.ts';

export const SECRET = 'test-secret';

export function driverTools(overrides: Partial<DriverTools> = {}): DriverTools {
  return {
    github: undefined,
    fetch,
    secret: (variable) => (variable === 'DEPLOY_SECRET' ? SECRET : undefined),
    runsFolder: '/nowhere',
    place: 'test-host',
    batonUrl: 'http://127.0.0.1:3000',
    redact: (text) => text,
    now: () => NOON,
    ...overrides,
  };
}
