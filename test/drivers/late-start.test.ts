import { expect, it } from '@jest/globals';
import { type DriverTools, refuseLateStart } from '../../src/drivers/driver.ts';
import { drivers } from '../../src/drivers/index.ts';
import { driverRequest } from './requests.ts';

it('sends nothing when its process was held up for too long', async () => {
  const sent: string[] = [];
  const tools: DriverTools = {
    github: undefined,
    fetch: async () => {
      sent.push('a request');
      return Response.json({});
    },
    secret: () => 'test-secret',
    runsFolder: '/nowhere',
    place: 'test-host',
    batonUrl: 'http://127.0.0.1:3000',
    redact: (text) => text,
    now: () => new Date(),
  };
  const late = driverRequest({ startBefore: performance.now() - 1 });
  const options = { type: 'webhook' as const, url: 'http://127.0.0.1:1/hook', secret_env: 'DEPLOY_SECRET' };

  await expect(drivers.webhook.start(tools, late, options)).rejects.toThrow('not started in time');
  expect(sent).toEqual([]);
  expect(() => refuseLateStart(driverRequest())).not.toThrow();
});
