import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import * as news from '../../playground/github/news.ts';
import { addPullRequest } from '../../playground/github/seed.ts';
import { githubSignatureCheck } from '../../src/github/signature.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { example } from '../support/github-webhooks.ts';

const ends: (() => void)[] = [];
afterEach(async () => {
  await closeGitHubs();
  for (const end of ends.splice(0)) end();
});

it('tells what people do, signed, each delivery with an id of its own', async () => {
  const { played, repository, pullRequest, heard } = await house();

  news.label(repository, pullRequest, 'remote-deploy');
  news.push(repository, pullRequest, 'Better');
  news.unlabel(repository, pullRequest, 'remote-deploy');
  news.setDraft(repository, pullRequest, true);
  news.merge(repository, pullRequest);
  await played.hook.settled();

  expect(new Set(heard.map(({ told }) => told))).toEqual(
    new Set(['labeled', 'push', 'synchronize', 'unlabeled', 'converted_to_draft', 'closed']),
  );
  for (const { body, headers } of heard) {
    expect(githubSignatureCheck(played.webhookSecret)(body, String(headers['x-hub-signature-256']))).toBe(
      true,
    );
  }
  expect(new Set(heard.map(({ headers }) => headers['x-github-delivery'])).size).toBe(heard.length);
  expect(played.hook.deliveries.map(({ answers }) => answers)).toEqual(heard.map(() => [202]));
});

it.each([
  { event: 'pull_request', action: 'labeled' },
  { event: 'pull_request', action: 'synchronize' },
  { event: 'pull_request', action: 'closed' },
  { event: 'check_suite', action: 'completed' },
  { event: 'status', action: '' },
])('tells of $event $action in fields that GitHub’s own payloads have', async ({ event, action }) => {
  const { played, repository, pullRequest } = await house();
  const sha = pullRequest.head;

  news.label(repository, pullRequest, 'remote-deploy');
  news.push(repository, pullRequest, 'Better');
  news.close(repository, pullRequest);
  news.endChecks(repository, sha);
  news.tellOfStatus(repository, { sha, context: 'ci', state: 'success' });

  const told = played.hook.deliveries.find((one) => one.event === event && one.action === action);
  expect(
    unknownIn(JSON.parse(told?.body ?? 'null'), example(event, action, { repository: {}, organization: {} })),
  ).toEqual([]);
});

it('loses, doubles, holds and reorders as it is told, and sends again on request', async () => {
  const { played, repository, pullRequest, heard } = await house();
  const { hook } = played;
  const fates = { one: 'lose', two: 'twice', three: 'hold', four: 'hold' } as const;
  hook.fate = ({ body }) =>
    Object.entries(fates).find(([name]) => JSON.parse(body).label.name === name)?.[1] ?? 'send';

  for (const name of ['one', 'two', 'three', 'four', 'five']) news.label(repository, pullRequest, name);
  await hook.settled();
  expect(heard.map(({ label }) => `${label}`).toSorted()).toEqual(['five', 'two', 'two']);
  await hook.release((held) => held.toReversed());
  expect(heard.slice(3).map(({ label }) => label)).toEqual(['four', 'three']);

  const [lost] = hook.deliveries;
  if (lost === undefined) throw new Error('none');
  expect(lost.answers).toEqual([]);
  expect(await hook.redeliver(lost)).toBe(202);
  expect(heard.at(-1)?.headers['x-github-delivery']).toBe(lost.id);
});

async function house() {
  const { played } = await testGitHub();
  const heard: { told: string; label: string | undefined; body: Buffer; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { action, label } = JSON.parse(body.toString()) as { action?: string; label?: { name: string } };
      const told = action ?? String(request.headers['x-github-event']);
      heard.push({ told, label: label?.name, body, headers: request.headers });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  played.hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const repository = played.addRepository('acme/api');
  const head = repository.branches.get('main') ?? '';
  const pullRequest = addPullRequest(repository, { number: 12, branch: 'feature', head });
  return { played, repository, pullRequest, heard };
}

/** Keys that the example does not have; what it has empty, or as a list, says nothing of what is in it. */
function unknownIn(value: unknown, known: unknown, path = ''): string[] {
  if (!isObject(value) || !isObject(known)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${path}.${key}`;
    if (Object.keys(known).length === 0) return [];
    return key in known ? unknownIn(item, known[key], at) : [at];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
