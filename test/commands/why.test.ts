import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import { GATES } from '../../src/deployments/gates.ts';
import { Config } from '../../src/config/schema.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { transition } from '../../src/deployments/deployment.ts';
import { wanted } from '../support/deployment.ts';
import { type Said, speaker } from '../support/say.ts';

let ctx: TestContext;
let say: (user: string, text: string) => Promise<Said>;
let main: string;

beforeEach(async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  main = addCommit(api, { message: 'Make it faster', branch: 'main' });
  ctx = testContext({ github });
  ctx.config = config();
  say = speaker(ctx);
});

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it('tells each gate once, in their order, and that all are open', async () => {
  const { to, text, words } = await say('U0ASHA', 'deploy why staging');

  expect(to).toBe('caller');
  expect(text).toContain(`0 of ${GATES.length} gates are closed`);
  const told = Array.from(words.matchAll(/^(?::\w+:) \*([\w ]+)\*: /gm), ([, name]) => name);
  expect(told).toEqual(GATES.map(({ name }) => name));
  expect(words).toContain('Every gate is open to you.');
  expect(words).toContain(`\`main\` at \`${main.slice(0, 7)}\` Make it faster`);
});

it.each([
  { gate: 'role', by: 'U0CLEO', words: /Deployers: <@U0ASHA>, <@U0BEN>/ },
  {
    gate: 'lock',
    typed: 'lock staging until 23:00 because load test',
    words: /<@U0BEN> opens it.*admins can by force: <@U0BEN>.*ends by itself <!date/,
  },
  { gate: 'lock', typed: 'lock staging/api because load test', words: /does not end by itself/ },
  {
    gate: 'freeze',
    typed: 'freeze staging until 23:00 because sale',
    words: /frozen by <@U0BEN> until <!date.*sale.*Admins can thaw it/,
  },
  {
    gate: 'promotion',
    where: 'production',
    words: /only what is live on \*staging\*.*`\/deploy staging api` brings it there/,
  },
  {
    gate: 'approval',
    where: 'production',
    words:
      /needs 2 approvals.*Others who approve for \*production\*: <!subteam\^S0RELMGRS>, <@U0ASHA>.*At work now: <@U0ASHA>/,
  },
  { gate: 'checks', where: 'production', words: /no checks.*break the glass: <@U0BEN>/ },
])(
  'says who opens $gate, and when it opens by itself',
  async ({ gate, by = 'U0DANA', where = 'staging', typed, words }) => {
    if (typed !== undefined) await say('U0BEN', typed);

    const reply = await say(by, `deploy why ${where} api`);

    const line = reply.words.split('\n').find((one) => one.includes(`*${gate}*: `));
    expect(line).toMatch(/^:no_entry:/);
    expect(line).toMatch(words);
  },
);

it('names others for an approval, and not who asks', async () => {
  const { words } = await say('U0ASHA', 'deploy why production api');

  expect(words).toContain('Others who approve for *production*: <!subteam^S0RELMGRS>.');
  expect(words).not.toContain('<@U0ASHA>');
});

it('estimates the end of what runs by the last ones that succeeded', async () => {
  for (const minutes of [2, 4, 6, 10]) {
    const created = await createDeployment(ctx.redis, wanted({ sha: String(minutes).repeat(10) }));
    if (created.kind === 'leased') throw new Error('leased');
    const started = transition(created.deployment, 'in_progress', NOON);
    const ended = transition(started, 'success', new Date(NOON.getTime() + minutes * 60_000));
    const { id: deployment, ref, sha } = ended;
    const live = { deployment, ref, sha, since: NOON, by: 'U0ASHA', disturbed: false };
    await replaceDeployment(ctx.redis, created.deployment, ended, { freeLease: true, live });
  }
  const running = await createDeployment(ctx.redis, wanted({ sha: 'f'.repeat(40) }));
  const id = running.kind === 'leased' ? '' : running.deployment.id;

  const { words } = await say('U0BEN', 'deploy why staging');

  expect(words).toContain(`<!date^${NOON.getTime() / 1_000 + 300}^`);
  expect(words).toMatch(new RegExp(`<@U0ASHA> or an admin ends it with \`/deploy cancel ${id}\``));
});

it('says what it cannot tell where GitHub is off, and tells all the rest', async () => {
  say = speaker({ ...ctx, github: undefined });
  await say('U0BEN', 'lock staging because load test');

  const { words } = await say('U0ASHA', 'deploy why staging');

  expect(words).toMatch(/no commit is known/);
  expect(words.match(/nobody can tell without a commit/g)).toHaveLength(4);
  expect(words).toMatch(/:no_entry: \*lock\*/);
  expect(words).not.toContain('Every gate is open');
});

it('keeps its size, and people’s words inert, whatever they say', async () => {
  const reason = '<!channel> *x* '.repeat(30);
  await say('U0BEN', `lock production because ${reason}`);
  await say('U0BEN', `freeze production until 23:00 because ${reason}`);

  const { words } = await say('U0CLEO', 'deploy why production');

  expect(words.length).toBeLessThan(9_000);
  expect(words).not.toContain('<!channel>');
});

it.each([
  ['deploy why', /Which environment/],
  ['deploy why all', /Which environment/],
  ['deploy why prodution', /no environment `prodution`.*production/s],
  ['deploy why staging apo', /no service `apo` on staging/],
  ['deploy why staging api@v2', /`@v2` is not understood here/],
])('answers “%s” with what is wrong', async (text, words) => {
  expect((await say('U0ASHA', text)).words).toMatch(words);
});

function config(): Config {
  const driver = { type: 'command', argv: ['true'] };
  const anyDay = { timezone: 'UTC', hours: '00:00-23:59', days: 'mon-sun', holidays: [] };
  return Config.parse({
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL' } },
    people: [
      { name: 'Asha', slack: 'U0ASHA', github: 'asha-k', site: 'day' },
      { name: 'Ben', slack: 'U0BEN', github: 'ben-w' },
    ],
    sites: { day: anyDay },
    roles: { deployer: ['U0ASHA', 'U0BEN', 'U0DANA'], approver: ['S0RELMGRS', 'U0ASHA'], admin: ['U0BEN'] },
    services: { api: { repository: 'acme/api' } },
    environments: {
      staging: { services: ['api'], driver, checks: 'none' },
      production: { services: ['api'], driver, checks: 'all', promote_from: 'staging', approvals: 2 },
    },
  });
}
