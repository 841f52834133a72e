import { afterEach, expect, it } from '@jest/globals';
import { putLabel, takeLabel } from '../../playground/github/seed.ts';
import { ASHA, BATON, type Person } from '../../playground/github/state.ts';
import { newRemote } from '../../src/remote-deploys/remote-deploy.ts';
import { saveRemote } from '../../src/remote-deploys/store.ts';
import { apiRoutes } from '../../src/web/api.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { type PullRequestWorld, pullRequestWorld } from '../support/pull-requests.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
  await closeGitHubs();
});

const LABEL = 'remote-deploy';
const TIA: Person = { login: 'tia', name: 'Tia', email: 'tia@acme.example' };
const BOT: Person = { login: 'asha-k', name: 'Bot', email: '', isBot: true };
const NO = { wanted: false, pull_request: null };
const YES = { wanted: true, pull_request: 12 };

it('says that a commit is wanted once its pull request has the label, and no more when it is off', async () => {
  const { repository, pullRequest, ask } = await house();

  expect(await ask()).toEqual({ status: 200, body: NO });
  putLabel(repository, pullRequest, LABEL, ASHA);
  expect(await ask()).toEqual({ status: 200, body: YES });
  takeLabel(repository, pullRequest, LABEL, ASHA);
  expect(await ask()).toEqual({ status: 200, body: NO });
});

it.each<{ what: string; arrange: (world: PullRequestWorld) => void }>([
  { what: 'was labelled by somebody who may not write', arrange: (w) => void labelled(w, TIA) },
  { what: 'was labelled by a bot', arrange: (w) => void labelled(w, BOT) },
  { what: 'is closed', arrange: (w) => void (labelled(w).state = 'closed') },
  { what: 'is a draft', arrange: (w) => void (labelled(w).draft = true) },
  { what: 'has newer commits', arrange: (w) => void (labelled(w).head = 'c'.repeat(40)) },
  { what: 'is of a fork', arrange: (w) => void (labelled(w).from = { id: 1, name: 'stranger/api' }) },
  { what: 'is of a fork that is gone', arrange: (w) => void (labelled(w).from = null) },
  {
    what: 'has the label in another case',
    arrange: ({ repository, pullRequest }) => void putLabel(repository, pullRequest, 'Remote-Deploy', ASHA),
  },
])('says that a commit is not wanted whose pull request $what', async ({ arrange }) => {
  const { world, sha, ask } = await house();
  arrange(world);

  expect(await ask(`repository=acme/api&sha=${sha}`)).toEqual({ status: 200, body: NO });
});

it.each([
  { query: 'sha=SHA', status: 400, parameter: 'repository' },
  { query: 'repository=api&sha=SHA', status: 400, parameter: 'repository' },
  { query: 'repository=acme/api', status: 400, parameter: 'sha' },
  { query: 'repository=acme/api&sha=main', status: 400, parameter: 'sha' },
  { query: 'repository=acme/api&sha=SHA&sha=SHA', status: 400, parameter: 'sha' },
  { query: 'repository=acme/api&sha=SHA&ref=main', status: 400, parameter: 'ref' },
  { query: 'repository=acme/elsewhere&sha=SHA', status: 404, parameter: undefined },
])('names what is wrong with $query', async ({ query, status, parameter }) => {
  const { sha, ask } = await house();

  const answer = await ask(query.replaceAll('SHA', sha));

  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error: expect.any(String) });
  expect(answer.body['parameter']).toBe(parameter);
});

it('says what Baton itself does with a label that it has put on for somebody’s command', async () => {
  const { world, ctx, sha, ask } = await house();
  const now = ctx.now();
  const wish = { id: 'c-1', by: 'U0ASHA', login: '', at: now, channel: 'C0STG', unlabelled: false };
  const before = newRemote({ repository: 'acme/api', number: 12, service: 'api', now });
  // Its own account has no rights of a person, and an App’s is a bot’s.
  labelled(world, { ...BATON, isBot: true });
  expect((await ask()).body).toEqual(NO);

  const asked = await saveRemote(ctx.redis, { ...before, head: sha, wish });
  expect((await ask()).body).toEqual(YES);

  const stop = { why: 'expired' as const, at: ctx.now(), by: '', command: '', unlabelled: false };
  await saveRemote(ctx.redis, { ...asked, stop });
  expect((await ask()).body).toEqual(NO);
});

it('says no where a role is asked for that whoever labelled does not have', async () => {
  const { world, ask } = await house({ deployer: ['U0SOMEBODY'] });
  labelled(world);

  expect((await ask()).body).toEqual(NO);
});

it('takes the label as it is on a server that does not tell who puts labels on', async () => {
  const { world, played, ask } = await house();
  labelled(world);
  played.failNext({ path: /events/, does: { status: 404, body: { message: 'Not Found' } } });

  expect((await ask()).body).toEqual(YES);
});

it('says no while GitHub does not tell yet who put the label on', async () => {
  const { world, repository, ask } = await house();
  labelled(world);
  repository.events.splice(0);

  expect((await ask()).body).toEqual(NO);
});

it('takes a repository and a sha in any case', async () => {
  const { world, sha, ask } = await house();
  labelled(world);

  expect((await ask(`repository=ACME/Api&sha=${sha.toUpperCase()}`)).body).toEqual(YES);
});

it('says no for a repository whose pull requests have no environments', async () => {
  const { sha, ask } = await house();

  expect(await ask(`repository=acme/web&sha=${sha}`)).toEqual({ status: 200, body: NO });
});

it('says that it cannot tell where GitHub is off', async () => {
  const { ask } = await house({ off: true });

  const { status, body } = await ask();

  expect([status, body['error']]).toEqual([503, expect.stringContaining('GitHub is off')]);
});

it('says that it cannot tell while GitHub does not answer', async () => {
  const { played, ask } = await house();
  played.failNext({ path: /pulls/, does: { status: 502, body: {} }, times: 9 });

  const { status, body } = await ask();

  expect([status, body['error']]).toEqual([503, expect.stringContaining('GitHub')]);
});

it('tells nobody without the token', async () => {
  const { ask } = await house();

  expect((await ask(undefined, 'wrong')).status).toBe(401);
});

function labelled({ repository, pullRequest }: PullRequestWorld, by = ASHA) {
  putLabel(repository, pullRequest, LABEL, by);
  return pullRequest;
}

async function house({ off = false, deployer }: { off?: boolean; deployer?: string[] } = {}) {
  const world = await pullRequestWorld();
  const { remote_deploys: remote } = world.ctx.config;
  const roles = remote && { ...remote, ...(deployer !== undefined && { roles: { deployer } }) };
  const config = { ...world.ctx.config, ...(roles !== undefined && { remote_deploys: roles }) };
  const ctx = { ...world.ctx, config, ...(off && { github: undefined }) };
  const url = await serve({ routes: apiRoutes(ctx, { token: 'a-token', open: false }) });
  const sha = world.pullRequest.head;
  const ask = async (query = `repository=acme/api&sha=${sha}`, token = 'a-token') => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/remote-deploys/wanted?${query}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ...world, world, sha, ask };
}
