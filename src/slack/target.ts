import type { Word, Words } from '../command.ts';
import { findEnvironment, findService, rulesFor } from '../config/find.ts';
import { followsPullRequest } from '../config/follows-pull-request.ts';
import { DEPLOY_WORDS } from '../config/references.ts';
import type { Config, Environment } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import type { WantedRef } from '../github/ref-text.ts';
import { scopeOf } from '../locks/lock.ts';
import { nearestWord } from '../nearest.ts';
import { readRef } from './ref.ts';
import { quoted } from '../quoted.ts';

/** What a person points at: `staging`, `staging/api`, `api@main to staging`, `staging #12`. */
export interface Scope {
  readonly environment: string;
  /** Undefined when none was named. */
  readonly service: string | undefined;
}

export interface Target {
  readonly environment: string;
  readonly service: string;
  /** The service's, `owner/name`. */
  readonly repository: string;
  readonly ref: WantedRef;
}

/** A pull request's own environment is deployed to by its label or /remote only. */
const FOR_CONFIGURED = ['deploy', 'deploy why', 'deploy rollback'];

/** The environment by that very name. Throws UserError `unknown_environment` with the nearest one and the list. */
export function environmentNamed(config: Config, name: string, command = 'deploy'): Environment {
  const environment = findEnvironment(config, name);
  if (environment !== undefined) return environment;
  const remote = rulesFor(config, name);
  if (remote === undefined) {
    throw command === 'deploy' ? notDeployable(config, name) : unknownEnvironment(config, name, command);
  }
  if (FOR_CONFIGURED.includes(command)) throw followsPullRequest(name, remote.services[0] ?? '');
  return remote;
}

function unknownEnvironment(config: Config, name: string, command: string): UserError {
  const known = Object.keys(config.environments);
  const [example] = known;
  return new UserError(`There is no environment ${quoted(name)}.`, {
    reason: 'unknown_environment',
    hint: known.length === 0 ? 'No environments are configured yet.' : choices(name, known),
    example: example === undefined ? undefined : `/${command} ${nearestWord(name, known) ?? example}`,
  });
}

/** After /deploy there may stand another word of the commands; and who names only a service has left the environment out. */
function notDeployable(config: Config, name: string): UserError {
  const known = Object.keys(config.environments);
  const meant = nearestWord(name, [...known, ...DEPLOY_WORDS]) ?? '';
  if (DEPLOY_WORDS.includes(meant)) {
    const example = `/deploy ${meant}`;
    const hint = `Did you mean ${quoted(example)}?`;
    return new UserError(`There is no environment ${quoted(name)}.`, {
      reason: 'unknown_environment',
      hint,
      example,
    });
  }
  const where = known.find((each) => config.environments[each]?.services.includes(name));
  if (where === undefined) return unknownEnvironment(config, name, 'deploy');
  return new UserError(`${quoted(name)} is a service: where is it to go?`, {
    reason: 'unknown_environment',
    hint: `Environments: ${listed(known)}.`,
    example: `/deploy ${where} ${name}`,
  });
}

/** What is to be deployed where; without a service, the environment's first one. Takes all its forms. */
export function readTarget(config: Config, words: Words): Target {
  const { environment, service, ref } = readPlace(config, words);
  const [first = ''] = environmentNamed(config, environment).services;
  const chosen = service ?? first;
  return { environment, service: chosen, repository: findService(config, chosen)?.repository ?? '', ref };
}

/** The environment's own name, from a word that should be one. Throws UserError `unknown_environment`. */
export function readEnvironment(config: Config, word: string, command = 'deploy status'): string {
  environmentNamed(config, word, command);
  return word;
}

/** An environment, one of its services, or `all`: `ENV`, `ENV/SERVICE`, `ENV SERVICE`, `SERVICE on ENV`; never a ref. */
export function readScope(config: Config, words: Words): Scope {
  if (words.words.length === 1 && words.words[0]?.text === 'all')
    return { environment: 'all', service: undefined };
  const { environment, service, ref } = readPlace(config, words);
  if (ref.kind === 'default') return { environment, service };
  const named = ref.kind === 'named' ? `@${ref.name}` : `#${ref.number}`;
  throw new UserError(`${quoted(named)} is not understood here: this is about an environment, not a ref.`, {
    example: `/${words.command} ${environment}`,
  });
}

/** What a command is about: `staging`, `staging/api`, a deployment's id, or else its first word; undefined without any. */
export function subjectOf(config: Config, words: Words): string | undefined {
  try {
    return scopeOf(readScope(config, words));
  } catch {
    return words.words[0]?.text;
  }
}

interface Place extends Scope {
  readonly ref: WantedRef;
}

function readPlace(config: Config, { command, words }: Words): Place {
  const { place, thing } = rolesOf(words);
  const spot = apart(place);
  const [environment = '', ...within] = spot.name.split('/');
  if (environment === '') throw noEnvironment(config, command);
  const { services } = environmentNamed(config, environment, command);
  const inside = within.length === 0 ? undefined : within.join('/');
  const what = thing === undefined ? undefined : apart(thing);

  const named = onlyOne(inside, what === undefined || what.name === '' ? undefined : what.name);
  const ref = onlyOne(spot.ref, what?.ref);
  return {
    environment,
    service:
      named === undefined ? undefined : serviceNamed(config, { environment, services, command }, named),
    ref: ref === undefined ? { kind: 'default' } : readRef(ref, `/deploy ${environment} ${services[0]}`),
  };
}

/** Which word is the environment: the one behind `to` or `on`, else the first. */
function rolesOf(words: readonly Word[]): { place: string; thing: string | undefined } {
  const behind = words.filter(({ after }) => after !== undefined);
  const place = behind[0] ?? words[0];
  if (behind[1] !== undefined) {
    throw new UserError(`${quoted(behind[1].text)} would be a second environment; name one.`);
  }
  return { place: place?.text ?? '', thing: words.find((word) => word !== place)?.text };
}

function noEnvironment(config: Config, command: string): UserError {
  const known = Object.keys(config.environments);
  const hint = `Environments: ${listed(known)}.`;
  const example = known[0] === undefined ? undefined : `/${command} ${known[0]}`;
  return new UserError('Which environment?', { hint, example });
}

/** `api@feature/x@y` is api and the ref `@feature/x@y`: what stands behind the first sign may hold anything. */
function apart(text: string): { name: string; ref: string | undefined } {
  const at = text.search(/[@#]/);
  return at === -1 ? { name: text, ref: undefined } : { name: text.slice(0, at), ref: text.slice(at) };
}

function onlyOne(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  throw new UserError(`${quoted(one)} and ${quoted(other)} are both named; name one.`);
}

function serviceNamed(
  config: Config,
  { environment, services, command }: { environment: string; services: readonly string[]; command: string },
  name: string,
): string {
  if (services.includes(name)) return name;
  const example = (service = '') => `/${command} ${environment}${command === 'deploy' ? ' ' : '/'}${service}`;
  const own = services.filter(
    (service) => findService(config, service)?.repository.toLowerCase() === name.toLowerCase(),
  );
  if (own.length === 1 && own[0] !== undefined) return own[0];
  if (own.length > 1) {
    throw new UserError(`${quoted(name)} is the repository of several services of ${environment}.`, {
      hint: `Name one of them: ${listed(own)}.`,
      example: example(own[0]),
    });
  }
  const known = name.includes('/')
    ? services.flatMap((service) => findService(config, service)?.repository ?? [])
    : services;
  throw new UserError(`There is no service ${quoted(name)} on ${environment}.`, {
    reason: 'unknown_service',
    hint: command === 'deploy' ? choicesOrRef(name, known, environment) : choices(name, known),
    example: example(nearestWord(name, services) ?? services[0]),
  });
}

/** Who names a branch where a service belongs has left out the sign. */
function choicesOrRef(name: string, known: readonly string[], environment: string): string {
  if (nearestWord(name, known) !== undefined) return choices(name, known);
  return `${choices(name, known)} A branch, tag or sha stands after “@”: “${environment} @${name}”.`;
}

function choices(name: string, known: readonly string[]): string {
  const meant = nearestWord(name, known);
  const all = `There are: ${listed(known)}.`;
  return meant === undefined ? all : `Did you mean ${quoted(meant)}? ${all}`;
}

function listed(names: readonly string[]): string {
  return names.length > 12
    ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
    : names.join(', ');
}
