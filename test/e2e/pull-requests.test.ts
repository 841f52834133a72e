import { afterAll, expect, it, jest } from '@jest/globals';
import { close, endChecks, label, push, unlabel } from '../../playground/github/news.ts';
import { addChecks, addCommit, addPullRequest } from '../../playground/github/seed.ts';
import type { PullRequest, Repository } from '../../playground/github/state.ts';
import { closeHouses, type House, inHouse, type Json } from '../support/house.ts';
import { expectGoodManners } from '../support/house-checks.ts';
import { API_TOKEN, webhookTo } from '../support/house-town.ts';
import type { Start, Target } from '../support/target.ts';
import { until } from '../support/until.ts';

jest.setTimeout(400_000);
afterAll(closeHouses);

const LABEL = 'remote-deploy';
const ADDRESS = 'https://pr-12.acme.example';

/** A house with remote deploys, a pull request #12 of somebody who may write, and GitHub's webhook. */
function inItsHouse(title: string, work: (place: Place) => Promise<void>): void {
  const options = {
    environments: (target: Target) => ({ staging: { services: ['api'], driver: webhookTo(target) } }),
    config: (target: Target) => ({
      remote_deploys: { services: ['api'], label: LABEL, sweep_every: '30s', driver: webhookTo(target) },
    }),
  };
  it.concurrent(title, () => inHouse(options, async (house) => work(await placeIn(house))));
}

interface Place {
  readonly house: House;
  readonly api: Repository;
  readonly pull: PullRequest;
  /** What was asked of the target for `pr-12`, as `deploy SHA`. */
  readonly asked: () => string[];
  readonly live: () => Promise<string | undefined>;
  /** What the pull request shows is this label of Baton's alone, or none; gives its one comment. */
  readonly shows: (
    state: 'queued' | 'deploying' | 'live' | 'failed' | null,
    words: RegExp,
  ) => Promise<string>;
}

async function placeIn(house: House): Promise<Place> {
  const { github } = house;
  const api = github.repositories.get('acme/api');
  if (api === undefined) throw new Error('there is no acme/api');
  api.collaborators.set('asha-k', 'write').set('baton-bot', 'write').set('tri-age', 'triage');
  const head = addCommit(api, { message: 'Add a cart', branch: 'cart' });
  addChecks(api, head, { build: 'success' });
  const pull = addPullRequest(api, { number: 12, head, branch: 'cart' });
  github.hook.url = `${house.url}/github/webhooks`;
  await house.start('web', { GITHUB_WEBHOOK_SECRET: github.webhookSecret });
  const comments = () => api.comments.filter(({ on }) => on === 12).map(({ body }) => body);
  return {
    house,
    api,
    pull,
    asked: () => house.target.starts.map((start) => `${actionOf(start)} ${start.sha}`),
    live: () => liveIn(house),
    shows: async (state, words) => {
      const right = state === null ? [] : [`${LABEL}: ${state}`];
      const isShown = () => {
        const own = pull.labels.filter((name) => name.startsWith(`${LABEL}: `));
        return own.join() === right.join() && words.test(comments().join('\n'));
      };
      await until(`the pull request to show ${state} and ${words.source}`, isShown, 100);
      expect(comments()).toHaveLength(1);
      return comments().join('\n');
    },
  };
}

async function liveIn(house: House): Promise<string | undefined> {
  const found = (await house.list('/api/environments')).find(({ name }) => name === 'pr-12');
  const services = (found?.['services'] ?? []) as { name: string; live: { sha: string } | null }[];
  return services.find(({ name }) => name === 'api')?.live?.sha;
}

function actionOf(start: Start): string {
  return 'action' in start ? String(start.action) : '';
}

async function wanted({ house, pull }: Place): Promise<{ status: number; body: Json }> {
  const url = `${house.url}/api/remote-deploys/wanted?repository=acme/api&sha=${pull.head}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${API_TOKEN}` } });
  expect((await fetch(url)).status).toBe(401);
  return { status: response.status, body: (await response.json()) as Json };
}

/** One GitHub Deployment for each commit that was up, each shown as gone in the end; nothing said twice. */
async function expectGone({ house, api }: Place, ups: number): Promise<void> {
  const own = () => api.deployments.filter(({ environment }) => environment === 'pr-12');
  await until('GitHub to show all as inactive', () =>
    own().every(({ statuses }) => statuses.at(-1)?.state === 'inactive'),
  );
  expect(own().filter(({ transient }) => transient)).toHaveLength(ups);
  expectGoodManners(house);
  await house.run('audit', 'verify').then(({ code }) => expect(code).toBe(0));
}

inItsHouse(
  'gives a labelled pull request its environment, follows a push, and clears it away',
  async (place) => {
    const { house, api, pull, asked, live, shows } = place;
    house.target.answer = { status: 200, body: { state: 'success', url: ADDRESS } };
    await house.start('worker');
    const first = pull.head;

    label(api, pull, LABEL);
    const up = await shows('live', /pr-12\.acme\.example/);
    expect(up).toContain(first.slice(0, 7));
    expect(await live()).toBe(first);
    expect(await wanted(place)).toEqual({ status: 200, body: { wanted: true, pull_request: 12 } });

    const second = push(api, pull, 'Mend the cart');
    await house.github.hook.settled();
    addChecks(api, second, { build: 'success' });
    endChecks(api, second);
    await shows('live', new RegExp(second.slice(0, 7)));
    expect(await live()).toBe(second);

    unlabel(api, pull, LABEL);
    await shows(null, /Torn down/);
    await until('nothing to be live', async () => (await live()) === undefined);
    expect(await wanted(place)).toEqual({ status: 200, body: { wanted: false, pull_request: null } });
    expect(asked()).toEqual([`deploy ${first}`, `deploy ${second}`, `down ${second}`]);
    expect(house.github.hook.deliveries.flatMap(({ answers }) => answers)).not.toContain(0);
    expect(new Set(house.github.hook.deliveries.flatMap(({ answers }) => answers))).toEqual(new Set([202]));
    await expectGone(place, 2);
  },
);

inItsHouse(
  'finds by itself what no webhook told of, and runs nothing that nobody may ask for',
  async (place) => {
    const { house, api, pull, asked, live, shows } = place;
    house.target.answer = { status: 200, body: { state: 'success', url: ADDRESS } };
    house.github.hook.fate = () => 'lose';
    await house.start('worker');
    const fork = addCommit(api, { message: 'Take the keys' });
    addPullRequest(api, { number: 13, head: fork, branch: 'main', from: { fork: 'stranger/api' } });
    const own = addCommit(api, { message: 'Add a shelf', branch: 'shelf' });
    addPullRequest(api, { number: 14, head: own, branch: 'shelf' });
    const [first, ofFork, ofTriage] = [12, 13, 14].map((number) => api.pullRequests.get(number));
    if (first === undefined || ofFork === undefined || ofTriage === undefined)
      throw new Error('one is missing');

    label(api, ofFork, LABEL);
    label(api, ofTriage, LABEL, { login: 'tri-age', name: 'Tri', email: '' });
    label(api, first, LABEL);
    expect(await wanted(place)).toEqual({ status: 200, body: { wanted: true, pull_request: 12 } });
    await shows('live', /pr-12\.acme\.example/);
    const head = push(api, pull, 'Mend the cart');
    addChecks(api, head, { build: 'success' });
    await until('the push to be live', async () => (await live()) === head);
    await shows('live', new RegExp(head.slice(0, 7)));
    close(api, pull);
    await shows(null, /Torn down/);

    expect(asked().map((one) => one.split(' ')[0])).toEqual(['deploy', 'deploy', 'down']);
    expect(house.target.starts.map(({ environment }) => environment)).toEqual(['pr-12', 'pr-12', 'pr-12']);
    const refusals = api.comments.filter(({ on }) => on !== 12);
    expect(new Set(refusals.map(({ on }) => on))).toEqual(new Set([13, 14]));
    expect(refusals).toHaveLength(2);
    expect(refusals.map(({ body }) => body).join('\n')).toMatch(
      /fork[^]*may not write|may not write[^]*fork/,
    );
    expect([...ofFork.labels, ...ofTriage.labels]).toEqual([LABEL, LABEL]);
    await expectGone(place, 2);
  },
);

inItsHouse('starts nothing twice and loses no push when workers are killed in the middle', async (place) => {
  const { house, api, pull, asked, live, shows } = place;
  const { target, github } = house;
  github.hook.fate = () => 'twice';
  let worker = await house.start('worker');
  const first = pull.head;

  label(api, pull, LABEL);
  await shows('deploying', /Deploying/);
  await worker.kill();
  const second = push(api, pull, 'Mend the cart');
  addChecks(api, second, { build: 'success' });
  endChecks(api, second);
  await github.hook.settled();
  worker = await house.start('worker');
  target.state = 'success';
  await until('the push to be live', async () => (await live()) === second);
  await shows('live', new RegExp(second.slice(0, 7)));

  target.state = 'in_progress';
  unlabel(api, pull, LABEL);
  await until('the teardown to start', () => asked().length === 3);
  await worker.kill();
  await house.start('worker');
  target.state = 'success';
  await shows(null, /Torn down/);
  for (const delivery of github.hook.deliveries.slice(0, 3)) {
    expect(await github.hook.redeliver(delivery)).toBe(202);
  }
  await until('nothing to be live', async () => (await live()) === undefined);
  expect(asked()).toEqual([`deploy ${first}`, `deploy ${second}`, `down ${second}`]);
  await expectGone(place, 2);
});
