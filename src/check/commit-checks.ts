import type { Config } from '../config/schema.ts';
import type { Line } from './findings.ts';

/** Tells where nothing can be deployed because the checks of commits are asked for and GitHub is off. */
export function checkCommitChecks({ environments }: Config, github: object | undefined): Line[] {
  const asking = Object.entries(environments).filter(
    ([, { checks }]) => checks !== undefined && checks !== 'none',
  );
  if (github !== undefined || asking.length === 0) return [];
  const names = asking.map(([name]) => name).join(', ');
  const says = `GitHub is off, so nothing is deployed where checks are asked for: ${names}`;
  return [{ what: 'checks', state: 'off', says }];
}
