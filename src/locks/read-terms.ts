import type { Call, Words } from '../command.ts';
import { rulesFor, findService } from '../config/find.ts';
import type { Config } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { pullRequestState } from '../github/pull-requests.ts';
import { nextHandoffFrom } from '../handoffs/schedule.ts';
import type { Person } from '../people/person.ts';
import { workplaceOf } from '../sites/workplace.ts';
import { readFor } from './for.ts';
import type { TiedTo } from './lock.ts';
import type { Terms } from './terms.ts';
import { isHandoffWord, readUntil } from './until.ts';

interface Typed {
  readonly config: Config;
  readonly actor: Person;
  readonly words: Words;
  readonly scope: string;
  readonly now: Date;
}

/**
 * What was typed behind `for`, `until` and `because`, with times of the person's own zone. Throws UserError, also for a
 * pull request that nobody would see merged: where GitHub is off, or it is not open.
 */
export async function readTerms(
  { config, github, now }: Context,
  { actor, words }: Call,
  scope: string,
): Promise<Terms> {
  const terms = termsIn({ config, actor, words, scope, now: now() });
  if (terms.pullRequest !== undefined)
    await requireOpen(github, terms.pullRequest, `/${words.command} ${scope}`);
  return terms;
}

async function requireOpen(
  github: Context['github'],
  { repository, number }: TiedTo,
  example: string,
): Promise<void> {
  const shown = `Pull request #${number} of ${repository}`;
  const wrong = (message: string) => new UserError(message, { example: `${example} for 2h` });
  if (github === undefined) {
    throw wrong(`GitHub is off, so nobody would notice that ${shown.replace('P', 'p')} is merged.`);
  }
  const state = await pullRequestState(github, repository, number);
  if (state === undefined) throw wrong(`There is no pull request #${number} in ${repository}.`);
  if (state === 'merged') throw wrong(`${shown} has been merged already.`);
  if (state === 'closed') throw wrong(`${shown} was closed without a merge.`);
}

function termsIn(typed: Typed): Terms {
  const { words } = typed;
  const tied = words.for === undefined ? undefined : readPullRequest(typed, words.for);
  const length = tied === undefined ? words.for : undefined;
  const until = readEnd(typed, length);
  const { name: from } = workplaceOf(typed.config, typed.actor);
  const isHandoff = words.until !== undefined && isHandoffWord(words.until);
  return {
    reason: words.because ?? '',
    ...(until !== undefined &&
      (isHandoff && from !== undefined ? { handoff: { from, at: until } } : { until })),
    ...(until !== undefined &&
      length !== undefined && { seconds: (until.getTime() - typed.now.getTime()) / 1_000 }),
    ...(tied !== undefined && { pullRequest: tied }),
  };
}

/** The end that was asked for, if one was. */
export function readEnd(
  { config, actor, words, scope, now }: Typed,
  duration: string | undefined,
): Date | undefined {
  const example = `/${words.command} ${scope}`;
  if (duration !== undefined && words.until !== undefined) {
    throw new UserError('“for” and “until” both tell when it ends; say one of them.', {
      example: `${example} for 2h`,
    });
  }
  if (duration !== undefined) return new Date(now.getTime() + readFor(duration, { example }) * 1_000);
  if (words.until === undefined) return undefined;
  const { name } = workplaceOf(config, actor);
  const nextHandoff = name === undefined ? undefined : nextHandoffFrom(config, name, now);
  return readUntil(words.until, { now, timezone: actor.timezone, site: name, nextHandoff, example });
}

/** `#12` or `api#12`; undefined for what is no pull request. */
function readPullRequest({ config, scope, words }: Typed, typed: string): TiedTo | undefined {
  const [, named, digits] = /^([\w./-]*)#(\d{1,9})$/.exec(typed.trim()) ?? [];
  if (named === undefined || digits === undefined) return undefined;
  const [environment = '', service] = scope.split('/');
  const services = rulesFor(config, environment)?.services ?? Object.keys(config.services);
  const wanted = named === '' ? (service === undefined ? services : [service]) : [named];
  const repositories = new Set(
    wanted.flatMap((name) =>
      services.includes(name)
        ? (findService(config, name)?.repository ?? [])
        : name.includes('/')
          ? [name]
          : [],
    ),
  );
  const [repository] = repositories;
  const number = Number(digits);
  if (repository !== undefined && repositories.size === 1) return { repository, number, asked: false };
  throw new UserError(
    repositories.size === 0
      ? `“${named}” is no service of ${environment}.`
      : `“#${digits}” may be a pull request of several repositories: ${[...repositories].join(', ')}.`,
    {
      hint: `Services: ${services.join(', ')}.`,
      example: `/${words.command} ${scope} for ${services[0] ?? 'api'}#${digits}`,
    },
  );
}
