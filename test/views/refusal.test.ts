import { expect, it } from '@jest/globals';
import { dryRun } from '../../src/views/dry-run.ts';
import { inTheWay } from '../../src/views/refusal.ts';
import { NOON } from '../support/context.ts';

const live = {
  deployment: 'staging-b4c8d2f7',
  ref: 'main',
  sha: 'a'.repeat(40),
  since: NOON,
  by: 'U0ASHA',
  disturbed: true,
};

it('says in a sentence of its own that a later deployment has failed where it is to be promoted from', () => {
  const refusal = { reason: 'not_promoted' as const, promotion: { from: 'staging', live } };

  const { mrkdwn } = inTheWay(refusal, 'production');

  expect(mrkdwn).toMatch(/by <@U0ASHA>\. A later deployment failed there, so deploy it there again first\.$/);
});

it('keeps the title of a commit apart from the repository', () => {
  const resolved = { ref: 'main', kind: 'branch' as const, sha: 'a'.repeat(40), title: 'Read the new table' };
  const place = { environment: 'staging', service: 'api', repository: 'acme/api' };

  const { blocks } = dryRun({ ...place, resolved, live, refusals: [], warnings: [], brings: undefined });

  expect(JSON.stringify(blocks)).toContain('`acme/api`: `main` at `aaaaaaa` Read the new table');
});
