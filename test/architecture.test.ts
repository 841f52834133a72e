import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, it } from '@jest/globals';
import { findCycle, type Import, importsOf, sourceFiles } from './support/imports.ts';

/** The import directions of ARCHITECTURE.md. A rule says what is wrong about an import. */
interface Rule {
  readonly says: string;
  readonly isBroken: (one: Import) => boolean;
  /** Imports that it must catch, as `from > to`; ` type` behind it for one that is gone once compiled. */
  readonly catches: readonly string[];
}

/** Where it is said which commands and workers there are. */
const MAIN = 'src/main.ts';

/** Where the roles are put together. */
const ROLES = [MAIN, 'src/serve.ts'];

/** What needs several stores and is used by more than one command or worker. */
const VERBS = [
  'src/config/told.ts',
  'src/deployments/facts.ts',
  'src/deployments/held-back.ts',
  'src/deployments/order.ts',
  'src/deployments/store-loss.ts',
  'src/deployments/tell.ts',
  'src/deployments/waiting.ts',
  'src/freezes/told.ts',
  'src/handoffs/facts.ts',
  'src/handoffs/look.ts',
  'src/handoffs/show.ts',
  'src/handoffs/take.ts',
  'src/locks/tell.ts',
  'src/pull-requests/deploy-by-label.ts',
  'src/remote-deploys/audit-answer.ts',
  'src/remote-deploys/bring-down.ts',
  'src/remote-deploys/bring-up.ts',
];

const PURE = [
  'src/views/',
  'src/deployments/gates.ts',
  'src/deployments/checks.ts',
  'src/deployments/deployment.ts',
  'src/locks/lock.ts',
  'src/locks/change.ts',
  'src/locks/event.ts',
  'src/locks/line.ts',
  'src/locks/offer.ts',
  'src/locks/release.ts',
  'src/locks/settle.ts',
  'src/locks/take.ts',
  'src/locks/take-over.ts',
  'src/locks/duration.ts',
  'src/locks/for.ts',
  'src/locks/until.ts',
  'src/locks/until-day.ts',
  'src/locks/until-wrong.ts',
  'src/locks/clock-words.ts',
  'src/sites/calendar.ts',
  'src/sites/wall-time.ts',
  'src/sites/workplace.ts',
  'src/handoffs/age.ts',
  'src/handoffs/deployment-items.ts',
  'src/handoffs/digest.ts',
  'src/handoffs/failures.ts',
  'src/handoffs/items.ts',
  'src/handoffs/note.ts',
  'src/handoffs/pairs.ts',
  'src/handoffs/schedule.ts',
  'src/freezes/freeze.ts',
  'src/freezes/set-freeze.ts',
  'src/mail/csv.ts',
  'src/mail/sender.ts',
  'src/mail/smtp-url.ts',
  'src/people/person.ts',
  'src/audit/entry.ts',
  'src/slack/parse.ts',
];
const IMPURE =
  /\basync\b|\bawait\b|\bDate\.now\b|\bTemporal\.Now\b|\bnew Date\(\)|\bperformance\.|\bprocess\.|\bfetch\(|\bMath\.random\b|\bsetTimeout\b|\brandom[A-Z]\w+\(/;

/** Who may use a package, and who may only name its types. A package without a home needs an ADR and a line here. */
const HOMES: Record<string, { readonly use: readonly string[]; readonly types?: readonly string[] }> = {
  '@slack/bolt': { use: ['src/slack/'] },
  '@slack/types': { use: [], types: ['src/jobs.ts', 'src/views/', 'src/slack/'] },
  'date-holidays': { use: ['src/sites/holidays.ts'] },
  '@octokit/webhooks': { use: ['src/github/'] },
  bullmq: { use: ['src/jobs.ts', 'src/worker.ts'], types: ['src/web/'] },
  ioredis: { use: ['src/redis/'], types: ['store.ts'] },
  'js-redis-server': { use: ['src/redis/in-memory.ts'] },
  nodemailer: { use: ['src/mail/'] },
  octokit: {
    use: ['src/github/', 'src/drivers/github-'],
    types: ['src/drivers/', 'src/context.ts', 'workers/report-deployment.ts'],
  },
  pino: { use: ['src/log.ts'], types: ['src/'] },
  'prom-client': { use: ['src/metrics.ts'] },
  'temporal-polyfill': {
    use: [
      'src/config/',
      'src/freezes/',
      'src/handoffs/',
      'src/people/',
      'src/sites/',
      'src/locks/until',
      'src/locks/clock-words.ts',
    ],
  },
  yaml: { use: ['src/config/'] },
  zod: { use: ['src/', 'commands/', 'workers/'] },
};

const RULES: readonly Rule[] = [
  {
    says: 'commands import from src/ and from each other only',
    isBroken: ({ from, to }) =>
      from.startsWith('commands/') && isOurs(to) && !isIn(to, ['src/', 'commands/']),
    catches: ['commands/deploy.ts > workers/deploy.ts', 'commands/deploy.ts > playground/state.ts'],
  },
  {
    says: 'workers import from src/ only; run-command alone reads the list of commands',
    isBroken: ({ from, to }) =>
      from.startsWith('workers/') &&
      from !== 'workers/index.ts' &&
      isOurs(to) &&
      !to.startsWith('src/') &&
      !(from === 'workers/run-command.ts' && to === 'commands/index.ts'),
    catches: [
      'workers/sweep.ts > commands/index.ts',
      'workers/run-command.ts > commands/deploy.ts',
      'workers/sweep.ts > workers/deploy.ts',
    ],
  },
  {
    says: 'src/ knows neither commands nor workers, its entry excepted',
    isBroken: ({ from, to }) =>
      isIn(to, ['commands/', 'workers/']) && from.startsWith('src/') && from !== MAIN,
    catches: ['src/serve.ts > commands/index.ts', 'src/jobs.ts > workers/deploy.ts type'],
  },
  {
    says: 'the playground, scripts and tests are nobody’s, but a role may load the playground late',
    isBroken: ({ from, to, dynamic }) =>
      isIn(to, ['playground/', 'scripts/', 'test/', 'bench/']) &&
      isIn(from, ['src/', 'commands/', 'workers/']) &&
      !(dynamic && isIn(from, ROLES)),
    catches: ['src/serve.ts > playground/demo.ts', 'src/web/server.ts > test/support/context.ts type'],
  },
  {
    says: 'a noun uses another noun’s description, not its store',
    isBroken: ({ from, to }) =>
      /^src\/[^/]+\/([\w-]+-)?store\.ts$/.test(to) &&
      dirname(from) !== dirname(to) &&
      from.startsWith('src/') &&
      !isIn(from, ['src/web/', ...ROLES, ...VERBS]),
    catches: [
      'src/locks/store.ts > src/deployments/store.ts',
      'src/views/lock.ts > src/locks/store.ts type',
      'src/deployments/gates.ts > src/locks/store.ts',
    ],
  },
  {
    says: 'gates, transitions and views reach nothing outside',
    isBroken: ({ from, to, typeOnly }) =>
      isIn(from, PURE) &&
      !typeOnly &&
      (isOurs(to)
        ? isIn(to, [
            'src/redis/',
            'src/github/',
            'src/web/',
            'src/metrics.ts',
            'src/context.ts',
            'src/jobs.ts',
            'src/log.ts',
          ])
        : !['zod', 'node:crypto', 'temporal-polyfill'].includes(to)),
    catches: ['src/views/lock.ts > src/context.ts', 'src/deployments/gates.ts > node:fs'],
  },
  {
    says: 'drivers neither post nor save: they get their tools and know nobody',
    isBroken: ({ from, to, typeOnly }) =>
      from.startsWith('src/drivers/') &&
      isOurs(to) &&
      !isIn(to, [
        'src/drivers/',
        'src/errors.ts',
        'src/version.ts',
        'src/process-identity.ts',
        'src/same.ts',
        'src/github/repository.ts',
      ]) &&
      !(typeOnly && to === 'src/clock.ts'),
    catches: ['src/drivers/webhook.ts > src/jobs.ts', 'src/drivers/webhook.ts > src/context.ts type'],
  },
  {
    says: 'each package has one home',
    isBroken: ({ from, to, typeOnly }) => {
      if (isOurs(to) || to.startsWith('node:') || !isIn(from, ['src/', 'commands/', 'workers/']))
        return false;
      const name = to
        .split('/')
        .slice(0, to.startsWith('@') ? 2 : 1)
        .join('/');
      const home = Object.hasOwn(HOMES, name) ? HOMES[name] : undefined;
      const mayName = typeOnly && isIn(from, home?.types ?? []);
      return home === undefined || !(isIn(from, home.use) || mayName);
    },
    catches: [
      'src/locks/store.ts > ioredis',
      'commands/deploy.ts > octokit type',
      'src/web/health.ts > bullmq',
      'src/slack/app.ts > lodash',
      'src/views/view.ts > constructor',
    ],
  },
];

const files = sourceFiles(['commands', 'workers', 'src', 'playground']);
const imports = files.flatMap((file) => importsOf(file));

it.each(RULES)('holds: $says', ({ isBroken }) => {
  expect(imports.filter((one) => isBroken(one)).map(({ from, to }) => `${from} > ${to}`)).toEqual([]);
});

it.each(RULES)('would see it: $says', ({ isBroken, catches }) => {
  for (const example of catches) {
    const [from = '', , to = '', type] = example.split(' ');
    expect(`${example} ${isBroken({ from, to, typeOnly: type === 'type', dynamic: false })}`).toBe(
      `${example} true`,
    );
  }
});

it('has no import cycle, types left aside', () => {
  expect(findCycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeUndefined();
  expect(findCycle([...imports, cyclic('src/errors.ts', 'src/locks/lock.ts')])).toContain('src/errors.ts');
});

it.each(files.filter((file) => isIn(file, PURE)))('is pure: %s', (file) => {
  expect(codeOf(file)).not.toMatch(IMPURE);
});

it.each(['commands', 'workers'])('lists each file of %s in its index', (folder) => {
  const imported = importsOf(`${folder}/index.ts`).map(({ to }) => to);
  const listed = imported.filter((file) => dirname(file) === folder);

  expect(listed.toSorted()).toEqual(
    files.filter((file) => dirname(file) === folder && basename(file) !== 'index.ts').toSorted(),
  );
});

it('names files by what they hold', () => {
  const banned =
    /^(utils?|helpers?|common|lib|misc|shared|types|constants|\w*-(utils?|helpers?|service|manager))$/;

  expect(files.filter((file) => partsOf(file).some((part) => banned.test(part)))).toEqual([]);
  expect(files.filter((file) => !/^[a-z0-9/-]+\.ts$/.test(file))).toEqual([]);
  expect(files.filter((file) => basename(file) === 'index.ts' && !file.startsWith('playground/'))).toEqual([
    'commands/index.ts',
    'workers/index.ts',
    'src/drivers/index.ts',
  ]);
});

it('reads imports as they are written', () => {
  const text = `import type { A } from './a.ts';\nimport {\n  type B,\n  c,\n} from '../b.ts';\nimport { type D } from 'd';
import './e.ts';\nexport { f } from './f.ts';\nconst g = await import('./g.ts');\nexport type H = 'from' | 'h';\n`;

  expect(importsOf('src/x/y.ts', text).map(({ to, typeOnly, dynamic }) => [to, typeOnly, dynamic])).toEqual([
    ['src/x/a.ts', true, false],
    ['src/b.ts', false, false],
    ['d', true, false],
    ['src/x/f.ts', false, false],
    ['src/x/e.ts', false, false],
    ['src/x/g.ts', false, true],
  ]);
});

function partsOf(file: string): readonly string[] {
  return file.replace(/\.ts$/, '').split('/');
}

function isOurs(target: string): boolean {
  return target.endsWith('.ts') || target.endsWith('.mjs') || target.endsWith('.json');
}

/** In one of these folders, one of these files, or begun like one of these names. */
function isIn(file: string, places: readonly string[]): boolean {
  return places.some((place) => file.startsWith(place) || (!place.includes('/') && basename(file) === place));
}

function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function cyclic(from: string, to: string): Import {
  return { from, to, typeOnly: false, dynamic: false };
}
