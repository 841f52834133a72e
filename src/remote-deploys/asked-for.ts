import type { Words } from '../command.ts';
import { findService } from '../config/find.ts';
import type { Config } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import { quoted } from '../quoted.ts';
import type { PullRequestName } from './remote-deploy.ts';

export const VERBS = ['up', 'down', 'status'] as const;
export type Verb = (typeof VERBS)[number];

export interface AskedFor extends PullRequestName {
  readonly service: string;
  readonly verb: Verb;
}

/** The pull request of `api#12`, and what is to be done; `status` when nothing is said. Throws UserError. */
export function readAskedFor(config: Config, { words }: Pick<Words, 'words'>): AskedFor {
  const { services } = config.remote_deploys ?? {};
  if (services === undefined) {
    throw new UserError('There are no remote deploys here.', {
      hint: 'Whoever runs Baton can turn them on with `remote_deploys` in `baton.yml`.',
    });
  }
  const example = `/remote ${services[0]}#12 up`;
  const [what = '', verb = 'status'] = words.map(({ text }) => text);
  if (what === '') throw new UserError('Which pull request?', { example, reason: 'invalid_command' });
  const [, name = '', number = ''] = /^([^#]+)#([1-9]\d{0,8})$/.exec(what) ?? [];
  if (number === '')
    throw new UserError(`${quoted(what)} is not a service and the number of a pull request.`, { example });
  return {
    ...serviceNamed(config, services, name),
    number: Number(number),
    verb: readVerb(verb, `/remote ${what} `),
  };
}

function serviceNamed(config: Config, services: readonly string[], name: string) {
  const repositoryOf = (service: string) => findService(config, service)?.repository ?? '';
  const isMeant = (service: string) =>
    service === name || repositoryOf(service).toLowerCase() === name.toLowerCase();
  const service = services.find(isMeant);
  if (service !== undefined) return { service, repository: repositoryOf(service) };
  const meant = nearestWord(name, services);
  throw new UserError(`Pull requests of ${quoted(name)} have no environment of their own.`, {
    reason: 'unknown_service',
    hint: `Services that have: ${services.join(', ')}.`,
    example: `/remote ${meant ?? services[0]}#12 up`,
  });
}

function readVerb(text: string, start: string): Verb {
  const verb = VERBS.find((one) => one === text.toLowerCase());
  if (verb !== undefined) return verb;
  throw new UserError(`${quoted(text)} is not understood: it is up, down or status.`, {
    example: `${start}${nearestWord(text, VERBS) ?? 'up'}`,
  });
}
