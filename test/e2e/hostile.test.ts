import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, jest } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import type { Item } from '../../playground/slack/workspace.ts';
import { ROOT } from '../support/fresh-build.ts';
import { closeHouses, type House, inHouse, wordsOf } from '../support/house.ts';
import { API_TOKEN, BOT_TOKEN, DEPLOY_SECRET, GITHUB_TOKEN, webhookTo } from '../support/house-town.ts';
import { until } from '../support/until.ts';
import { expectGoodManners, expectGoodTrail, expectReported, shown } from '../support/house-checks.ts';
import { form, signed, SIGNING_SECRET, slashCommand } from '../support/slack-requests.ts';
import type { Target } from '../support/target.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

/** Names that Git allows for a branch. */
const BRANCHES = [
  '<!channel>',
  '<@U0BEN>',
  '$(touch${IFS}canary)',
  '`touch${IFS}canary`',
  ';touch${IFS}canary;',
  '__proto__',
  'constructor',
  '_italic_&amp;<b>',
  '%0atouch%20canary',
];

const SECRETS = [BOT_TOKEN, API_TOKEN, DEPLOY_SECRET, GITHUB_TOKEN, SIGNING_SECRET];

/** Notes what it was told and prints what a careless or evil program would. */
const PROGRAM = `
  const { BATON_ENVIRONMENT, BATON_REF } = process.env;
  require('node:fs').writeFileSync(BATON_ENVIRONMENT + '.ref', BATON_REF);
  console.log('\\u001b[31m<!here> <@U0BEN> *bold*\\u001b[0m', BATON_REF);
  if (BATON_ENVIRONMENT === 'leaky') console.log(require('node:fs').readFileSync('secrets', 'utf8'));
  console.log('ghp_' + 'x'.repeat(36), 'https://hooks.slack.com' + '/services/T0/B0/abcdef');
`;

const PRINTS = { type: 'command', argv: [process.execPath, '-e', PROGRAM] };

const environments = (target: Target) => ({
  ...Object.fromEntries(
    BRANCHES.flatMap((_, index) => [
      [`hook${index}`, { services: ['api'], driver: webhookTo(target) }],
      [`program${index}`, { services: ['api'], driver: PRINTS }],
    ]),
  ),
  leaky: { services: ['api'], driver: PRINTS },
  callback: {
    services: ['api'],
    driver: { type: 'webhook', url: target.url, secret_env: 'DEPLOY_SECRET' },
  },
});

const people = [
  { id: 'U2GUEST', name: 'guest', realName: 'Guest', timezone: 'UTC', kind: 'guest' },
  { id: 'U2BOT', name: 'bot', realName: 'Bot', timezone: 'UTC', kind: 'bot' },
  { id: 'U2GONE', name: 'gone', realName: 'Gone', timezone: 'UTC', kind: 'deleted' },
  { id: 'U2OUTSIDER', name: 'outsider', realName: 'Outsider', timezone: 'UTC', kind: 'outsider' },
] as const;

function inItsHouse(title: string, work: (house: House) => Promise<void>): void {
  it.concurrent(title, () =>
    inHouse({ environments, people }, async (house) => {
      await Promise.all([house.start('web'), house.start('worker')]);
      house.target.state = 'success';
      await work(house);
    }),
  );
}

inItsHouse('deploys branches with hostile names as the data that they are', async (house) => {
  const api = house.github.repositories.get('acme/api');
  if (api === undefined) throw new Error('There is no repository');
  const title = '<!channel> <@U0BEN> *all* `of` ~it~\n<!here>';
  const shas = BRANCHES.map((branch) => addCommit(api, { branch, message: title }));

  await Promise.all(
    BRANCHES.flatMap((branch, index) =>
      [`hook${index}`, `program${index}`].map((name) =>
        house.type('U0ASHA', `/deploy ${name} api@${branch}`, `C0MORE${index}`),
      ),
    ),
  );

  for (const [index, branch] of BRANCHES.entries()) {
    for (const name of [`hook${index}`, `program${index}`]) {
      const message = await shown(house, `api on ${name} is live`, `C0MORE${index}`);
      expect(wordsOf(message)).toContain(JSON.stringify(`\`${asTyped(branch)}\``).slice(1, -1));
    }
    expect(house.target.starts.find((one) => one.environment === `hook${index}`)?.ref).toBe(branch);
    expect(readFileSync(join(house.folder, `program${index}.ref`), 'utf8')).toBe(branch);
  }
  const deployments = await house.deployments();
  expect(new Set(deployments.map(({ ref, sha }) => `${sha} ${ref}`))).toEqual(
    new Set(BRANCHES.map((branch, index) => `${shas[index]} ${branch}`)),
  );
  expectNothingHappened(house);
  await expectReported(house, deployments);
  await expectGoodTrail(house, deployments);
});

inItsHouse('runs, shows and tells nothing that it should not', async (house) => {
  await sendWhatIsNotSigned(house);
  await typeWhatNoBranchIsCalled(house);
  await askAsAStranger(house);
  expect(await house.deployments()).toEqual([]);
  await giveAHostileReason(house);
  expectNothingHappened(house);
});

/** It is refused, and shown as it was typed. */
async function typeWhatNoBranchIsCalled(house: House): Promise<void> {
  const refs = [
    '$(touch canary)',
    '*bold*',
    'a..b',
    '-x',
    '--upload-pack=touch',
    'https://evil.example/x',
    'x'.repeat(300),
  ];
  for (const ref of refs) await house.type('U0ASHA', `/deploy hook0 "api@${ref}"`);

  const refusals = await until('the refusals', () => {
    const told = house.slack.ephemerals('U0ASHA');
    return told.length >= refs.length && told.map(wordsOf).join('\n');
  });
  for (const ref of refs) expect(refusals).toContain(`\`${ref.slice(0, 50)}`);
}

inItsHouse('keeps secrets and markup of a target out of everything it tells', async (house) => {
  writeFileSync(join(house.folder, 'secrets'), SECRETS.map((secret) => `token=${secret}`).join('\n'));
  await house.type('U0ASHA', '/deploy leaky');
  await house.type('U0ASHA', '/deploy callback');
  const start = await until('the start', () => house.target.starts[0]);
  const description = `<!channel> ${SECRETS.join(' ')} \u001b[31mred`;
  const url = `https://target.acme.example/?token=${API_TOKEN}`;
  expect(await house.target.tell(start, 'failure', { description, url, log_url: url })).toBe(200);

  await shown(house, 'api on leaky is live');
  await shown(house, 'api on callback failed');
  await until('the output', () => house.slack.messages('C0STG').find(({ thread }) => thread !== undefined));
  const deployments = await house.deployments();
  await expectReported(house, deployments);

  const everything = JSON.stringify([
    house.slack.calls,
    house.slack.workspace.items,
    house.github.requests,
    deployments,
    await house.get('/api/audit'),
    house.processes.map(({ lines }) => lines),
    writtenToRedis(house),
  ]);
  for (const secret of SECRETS) expect(everything).not.toContain(secret);
  expect(everything).toContain('[redacted]');
  expect(everything).not.toContain('x'.repeat(36));
  expect(everything).not.toContain('hooks.slack.com/services');
  expect(JSON.stringify(house.slack.workspace.items)).not.toMatch(/\\u001b/);
  expectNothingHappened(house);
});

/** It is shown as it was typed, and nobody is pinged. */
async function giveAHostileReason(house: House): Promise<void> {
  await house.type('U0ASHA', '/lock hook0 because <!here> @ben *bold* `code` & <https://evil.example|click>');
  const news = await until('the news', () => house.told().find((item) => wordsOf(item).includes('hook0')));
  await house.type('U0BEN', '/deploy hook0');
  const isRefusal = (item: Item) => wordsOf(item).includes('locked');
  const refusal = await until('the refusal', () => house.slack.ephemerals('U0BEN').find(isRefusal));

  for (const item of [news, refusal]) {
    expect(wordsOf(item)).toContain('&lt;!here&gt;');
    expect(wordsOf(item)).not.toMatch(/<https:\/\/evil|\*bold\*|<@U0BEN\|/);
  }
}

/** Guests, bots, outsiders and those who have left are told nothing about what there is. */
async function askAsAStranger(house: House): Promise<void> {
  const commands = [
    '/deploy hook0',
    '/deploy nowhere',
    '/deploy status',
    '/deploy history hook0',
    '/lock',
    '/lock hook0',
    '/baton help',
    '/baton whoami',
  ];
  await house.type('U0ASHA', '/lock hook1');
  await until('the lock', () => house.told()[0]);
  for (const { id } of people) await Promise.all(commands.map((text) => house.type(id, text)));

  for (const { id } of people) {
    await until(`the answers for ${id}`, () => house.slack.ephemerals(id).length >= commands.length);
    for (const item of house.slack.ephemerals(id)) {
      expect(item.text).toMatch(/^That was not run: /);
      expect(wordsOf(item)).toContain('not_allowed');
      expect(wordsOf(item)).not.toMatch(/hook\d|leaky|callback|acme\/|U0ASHA|asha|nowhere/i);
    }
  }
  expect(await house.get('/api/locks')).toMatchObject({ items: [{ scope: 'hook1' }] });
}

/** Nothing is taken that Slack has not signed just now. */
async function sendWhatIsNotSigned(house: House): Promise<void> {
  const now = Date.now();
  const body = form(slashCommand({ text: 'hook0', response_url: '' }));
  const right = signed(body, new Date(now));
  const requests: readonly [status: number, body: string, headers: Record<string, string>][] = [
    [401, body, { 'content-type': 'application/x-www-form-urlencoded' }],
    [401, body, signed(body, new Date(now), 'another secret of thirty-two letters')],
    [401, body, signed(body, new Date(now - 360_000))],
    [401, body, signed(body, new Date(now + 360_000))],
    [401, body.replace('hook0', 'hook1'), right],
    [401, body, { ...right, 'x-slack-signature': 'v0=' }],
    [200, `ssl_check=1&${body}`, right],
    [400, `${body}&text=hook1`, signed(`${body}&text=hook1`, new Date(now))],
  ];

  for (const [status, sent, headers] of requests) {
    const response = await fetch(`${house.url}/slack/events`, { method: 'POST', body: sent, headers });
    expect([response.status, await response.text()]).toEqual([status, '']);
  }

  await house.type('U0BEN', '/baton version');
  await until('an answer to what was signed', () => house.slack.ephemerals('U0BEN')[0]);
  expect(await house.get('/api/audit')).toMatchObject({ items: [] });
}

/** Nobody was pinged but who asked, nothing of what was typed was run, and everybody behaved. */
function expectNothingHappened(house: House): void {
  const pinged = house.slack.pings.filter(({ mention }) => mention !== '<@U0ASHA>');
  expect(pinged).toEqual([]);
  for (const folder of [house.folder, ROOT, process.cwd(), '/']) {
    expect(existsSync(join(folder, 'canary'))).toBe(false);
  }
  expectGoodManners(house);
}

/** Every write, from the file with which Redis begins anew. */
function writtenToRedis({ redis }: House): string {
  const folder = join(redis.folder, 'appendonlydir');
  const files = readdirSync(folder).filter((name) => name.endsWith('.aof'));
  return files.map((name) => readFileSync(join(folder, name), 'latin1')).join('\n');
}

/** As a code span shows it: Slack has no way to write a backtick there. */
function asTyped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', 'ˋ');
}
