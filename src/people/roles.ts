import type { Config, Environment, RoleName } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { UnavailableError, UserError } from '../errors.ts';
import { type Slack, SlackBusyError } from '../slack/client.ts';
import type { Person } from './person.ts';

/** Slack could not be asked who is in a usergroup: nobody can tell whether the person holds the role. */
export class RoleUnreadableError extends UnavailableError {}

/** Slack could not be asked who somebody is. */
export class PersonUnreadableError extends UnavailableError {}

/**
 * The person, if they may use Baton at all: a full, active member of the workspace, by Slack's word and by the team
 * in the request. Throws UserError otherwise; its text tells an outsider nothing about what there is.
 */
export function requireMember(
  person: Person | undefined,
  { team, workspace }: { readonly team: string; readonly workspace: string },
): Person {
  if (person === undefined) throw notAllowed('Slack does not know who you are');
  if (person.barred === 'deleted') throw notAllowed('your account is deactivated');
  if (person.barred === 'bot') throw notAllowed('Baton takes no commands from bots and workflows');
  const teams = person.team === '' ? [team] : [team, person.team];
  if (person.barred === 'outsider' || teams.some((one) => one !== workspace)) {
    throw notAllowed('Baton takes commands only from people of its own workspace');
  }
  if (person.barred === 'guest') throw notAllowed('Baton takes no commands from guests');
  return person;
}

/** The member behind a Slack id. Throws as `requireMember`, and PersonUnreadableError when Slack does not tell who it is. */
export async function loadMember(
  slack: Pick<Slack, 'findPerson'>,
  user: string,
  where: { readonly team: string; readonly workspace: string },
): Promise<Person> {
  return requireMember(await askForPerson(slack, user), where);
}

async function askForPerson(slack: Pick<Slack, 'findPerson'>, user: string): Promise<Person | undefined> {
  try {
    return await slack.findPerson(user);
  } catch (error) {
    if (error instanceof SlackBusyError) throw error;
    throw new PersonUnreadableError('Slack does not say who you are just now, so nothing was done.', {
      hint: 'Please try again in a minute.',
      reason: 'not_allowed',
      cause: error,
    });
  }
}

/**
 * Whether the person holds the role, by their id or as a member of a usergroup. A role that the environment names
 * replaces the workspace's; a role that lists nobody is held by nobody. Throws RoleUnreadableError when only a
 * usergroup could tell and Slack does not.
 */
export async function holdsRole(
  { slack, config }: Pick<Context, 'slack' | 'config'>,
  person: Pick<Person, 'id'>,
  role: RoleName,
  environment?: Environment,
): Promise<boolean> {
  const holders = listHolders(role, config, environment);
  if (holders.includes(person.id)) return true;

  const groups = holders.filter((id) => id.startsWith('S'));
  const answers = await Promise.allSettled(groups.map((group) => slack.listGroupMembers(group)));
  if (answers.some((answer) => answer.status === 'fulfilled' && answer.value.includes(person.id)))
    return true;

  const unreadable = answers.find((answer) => answer.status === 'rejected');
  if (unreadable === undefined) return false;
  throw new RoleUnreadableError(`Slack does not say who is in the group of the role ${role} just now.`, {
    hint: 'Nothing was done. Please try again in a minute.',
    reason: 'not_allowed',
    cause: unreadable.reason,
  });
}

/** The Slack user and usergroup ids that hold a role, on an environment or in the workspace. */
export function listHolders(role: RoleName, config: Config, environment?: Environment): readonly string[] {
  return environment?.roles?.[role] ?? config.roles[role] ?? [];
}

function notAllowed(because: string): UserError {
  return new UserError(`That was not run: ${because}.`, { reason: 'not_allowed' });
}
