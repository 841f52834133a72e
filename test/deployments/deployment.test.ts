import { expect, it } from '@jest/globals';
import { deploymentIdFor, environmentOfDeployment } from '../../src/deployments/deployment.ts';

it('names the same deployment for the same command, whenever it runs', () => {
  expect(deploymentIdFor('staging', 'job-1')).toBe(deploymentIdFor('staging', 'job-1'));
  expect(deploymentIdFor('staging', 'job-1')).not.toBe(deploymentIdFor('staging', 'job-2'));
});

it('can be traced to its environment', () => {
  expect(environmentOfDeployment(deploymentIdFor('pr-12', 'job-1'))).toBe('pr-12');
  expect(environmentOfDeployment('nonsense')).toBeUndefined();
});
