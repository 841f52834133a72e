import { expect, it } from '@jest/globals';
import { readDelivery } from '../../src/github/delivery.ts';
import { GitHubDelivery } from '../../src/jobs.ts';
import { listExamples } from '../support/github-webhooks.ts';

it.each([
  { event: 'workflow_run', action: 'completed', points: ['run', 'sha', 'ref', 'sender'] },
  { event: 'deployment_status', action: 'created', points: ['githubDeployment', 'sha', 'ref', 'sender'] },
  { event: 'pull_request', action: 'labeled', points: ['pullRequest', 'label', 'sha', 'ref', 'sender'] },
  { event: 'pull_request', action: 'closed', points: ['pullRequest', 'sha', 'ref', 'sender'] },
  { event: 'check_suite', action: 'completed', points: ['sha', 'ref', 'sender'] },
  { event: 'status', action: '', points: ['sha', 'sender'] },
  { event: 'push', action: '', points: ['sha', 'ref', 'sender'] },
])('reads what every $event $action points at', ({ event, action, points }) => {
  const examples = listExamples().filter((one) => one.event === event && one.action === action);
  const read = examples.map(({ payload }) => readDelivery(event, 'd1', payload));

  expect(examples.length).toBeGreaterThan(0);
  for (const delivery of read) {
    const found = GitHubDelivery.parse(delivery);
    const known = Object.entries(found).flatMap(([name, value]) => (value === null ? [] : [name]));
    expect(known).toEqual(expect.arrayContaining(points));
    expect(found.repository).toMatch(/^[^/]+\/[^/]+$/);
    expect(found.sha).toMatch(/^[0-9a-f]{40}$/);
  }
});

it('reads a pull request whose repository is gone', () => {
  const pull_request = { number: 12, head: { ref: 'main', sha: 'b'.repeat(40), repo: null } };
  const payload = { action: 'labeled', repository: { full_name: 'acme/api' }, sender: null, pull_request };

  expect(readDelivery('pull_request', 'd1', payload)).toMatchObject({ pullRequest: 12, sender: null });
});

it('needs no more of a pull request than its number', () => {
  const payload = { repository: { full_name: 'acme/api' }, pull_request: { number: 12 } };

  expect(readDelivery('pull_request', 'd1', payload)).toMatchObject({ pullRequest: 12, sha: null });
});

it('cuts a title that is too long to keep', () => {
  const workflow_run = { id: 7, display_title: 'x'.repeat(10_000) };
  const payload = { repository: { full_name: 'acme/api' }, workflow_run };

  expect(GitHubDelivery.parse(readDelivery('workflow_run', 'd1', payload)).run?.title).toHaveLength(300);
});
