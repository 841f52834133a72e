import { nearestWord } from '../nearest.ts';
import { problemWithAddress } from '../drivers/address.ts';
import { isRemoteEnvironment } from './remote-name.ts';
import { valueAt } from './problem.ts';

/** Something that is wrong although its shape is right: what it names is not there, or does not fit. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, rather than its value. */
  readonly inKey?: boolean;
  readonly says: string;
}

/**
 * What does not fit together in a configuration, as it was read from YAML. It need not have the right shape: so a
 * person is told of everything at once.
 */
export function findMisfits(config: unknown): readonly Misfit[] {
  return [
    ...names(config),
    ...people(config),
    ...environments(config),
    ...services(config, ['remote_deploys']),
    ...sharedRepositories(config),
    ...driver(config, ['remote_deploys', 'driver']),
    ...handoffs(config),
  ];
}

type Path = readonly PropertyKey[];

/** What may stand after `/deploy` in place of an environment. */
export const DEPLOY_WORDS = 'status history why cancel retry rollback resolve approve reject review'.split(
  ' ',
);

/** Words that the commands know: as the name of an environment or a service they would be read as those. */
const TAKEN: ReadonlySet<string> = new Set([
  ...DEPLOY_WORDS,
  ...'all to on for until because up down'.split(' '),
]);

function* names(config: unknown): Generator<Misfit> {
  for (const section of ['environments', 'services', 'sites']) {
    for (const [name, path] of entries(config, [section])) {
      if (name.toLowerCase() === 'all') {
        yield { path, inKey: true, says: 'means every environment, as in /lock all, so it cannot be a name' };
      } else if (TAKEN.has(name.toLowerCase())) {
        yield { path, inKey: true, says: 'is a word of the commands, so it cannot be a name' };
      } else if (section === 'environments' && isRemoteEnvironment(name)) {
        yield { path, inKey: true, says: "is how pull requests' own environments are called" };
      } else if (name in {}) yield { path, inKey: true, says: 'cannot be used as a name' };
    }
  }
}

function* people(config: unknown): Generator<Misfit> {
  for (const key of ['slack', 'github']) yield* twice(config, key);
  for (const [, path] of entries(config, ['people'])) yield* known(config, [...path, 'site'], 'sites');
}

function* twice(config: unknown, key: string): Generator<Misfit> {
  const seen = new Map<string, string>();
  for (const [index, path] of entries(config, ['people'])) {
    const id = textAt(config, [...path, key])?.toLowerCase();
    if (id === undefined) continue;
    const other = seen.get(id);
    if (other !== undefined) {
      yield {
        path: [...path, key],
        says: `is the same as in people[${other}]; each person stands here once`,
      };
    } else seen.set(id, index);
  }
}

function* environments(config: unknown): Generator<Misfit> {
  for (const [name, path] of entries(config, ['environments'])) {
    yield* services(config, path);
    yield* driver(config, [...path, 'driver']);
    yield* promotion(config, name, path);
  }
}

function* services(config: unknown, path: Path): Generator<Misfit> {
  const seen = new Set<string>();
  for (const [, item] of entries(config, [...path, 'services'])) {
    yield* known(config, item, 'services');
    const service = textAt(config, item) ?? '';
    if (seen.has(service)) yield { path: item, says: 'stands in the list twice' };
    seen.add(service);
  }
}

/** One pull request has one environment, so one of its repository's services. */
function* sharedRepositories(config: unknown): Generator<Misfit> {
  const seen = new Map<string, string>();
  for (const [, path] of entries(config, ['remote_deploys', 'services'])) {
    const service = textAt(config, path) ?? '';
    const repository = textAt(config, ['services', service, 'repository'])?.toLowerCase();
    if (repository === undefined) continue;
    const other = seen.get(repository);
    if (other !== undefined && other !== service) {
      yield { path, says: `has the same repository as "${other}"; a pull request deploys one of them` };
    }
    seen.set(repository, service);
  }
}

function* promotion(config: unknown, name: string, environment: Path): Generator<Misfit> {
  const path = [...environment, 'promote_from'];
  const from = textAt(config, path);
  if (from === undefined) return;
  if (from === name) {
    yield { path, says: 'an environment cannot be promoted from itself' };
    return;
  }
  yield* known(config, path, 'environments');
  const circle = circleFrom(config, name);
  if (circle !== undefined) yield { path, says: `goes round in a circle: ${circle.join(' from ')}` };

  const there = serviceNames(config, from);
  const shared = serviceNames(config, name).some((service) => there.includes(service));
  if (there.length > 0 && !shared) {
    yield {
      path,
      says: `"${from}" has none of the services of "${name}", so nothing could ever be promoted`,
    };
  }
}

function circleFrom(config: unknown, start: string): string[] | undefined {
  const way = [start];
  for (let at = promotedFrom(config, start); at !== undefined; at = promotedFrom(config, at)) {
    if (at === start) return [...way, start];
    if (way.includes(at)) return undefined; // a circle further on, told where it is
    way.push(at);
  }
  return undefined;
}

function promotedFrom(config: unknown, environment: string): string | undefined {
  return textAt(config, ['environments', environment, 'promote_from']);
}

function serviceNames(config: unknown, environment: string): string[] {
  return entries(config, ['environments', environment, 'services']).flatMap(
    ([, path]) => textAt(config, path) ?? [],
  );
}

function* driver(config: unknown, path: Path): Generator<Misfit> {
  const allowHttp = entries(config, [...path, 'allow_http']).flatMap(
    ([, item]) => textAt(config, item) ?? [],
  );
  for (const key of ['url', 'status_url']) {
    const address = textAt(config, [...path, key]);
    const says = address === undefined ? undefined : problemWithAddress(address, allowHttp);
    if (says !== undefined) yield { path: [...path, key], says };
  }
  const variable = textAt(config, [...path, 'secret_env']);
  if (variable !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    const says = 'expected the name of an environment variable such as DEPLOY_SECRET, not the secret itself';
    yield { path: [...path, 'secret_env'], says };
  }
}

function* handoffs(config: unknown): Generator<Misfit> {
  const seen = new Set<string>();
  for (const [, path] of entries(config, ['handoffs'])) {
    yield* known(config, [...path, 'from'], 'sites');
    yield* known(config, [...path, 'to'], 'sites');
    const [from, to, at] = ['from', 'to', 'at'].map((key) => textAt(config, [...path, key]));
    if (from !== undefined && from === to) {
      yield { path: [...path, 'to'], says: 'a site cannot hand off to itself' };
    }
    const handoff = `${from} ${to} ${at}`;
    if (seen.has(handoff)) yield { path, says: 'is the same handoff as one above it' };
    seen.add(handoff);
  }
}

/** The text at the path must be a key of the section. */
function* known(config: unknown, path: Path, section: string): Generator<Misfit> {
  const name = textAt(config, path);
  const there = entries(config, [section]).map(([key]) => key);
  if (name === undefined || there.includes(name)) return;
  const meant = nearestWord(name, there);
  const help = meant === undefined ? `there: ${there.join(', ') || 'none'}` : `did you mean "${meant}"?`;
  yield { path, says: `"${name}" is not in ${section}; ${help}` };
}

function textAt(config: unknown, path: Path): string | undefined {
  const value = path.reduce(valueAt, config);
  return typeof value === 'string' ? value : undefined;
}

/** The members of the section or list at the path, with their own paths; none when it is something else. */
function entries(config: unknown, path: Path): (readonly [string, Path])[] {
  const value = path.reduce(valueAt, config);
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).map((key) => [key, [...path, Array.isArray(value) ? Number(key) : key]]);
}
