import type { Command } from '../command.ts';
import { code, context, joined, type Mrkdwn, mrkdwn, person, section, type View } from './view.ts';

/** All commands, each with how it is typed and what it does. */
export function helpView(commands: readonly Command[]): View {
  const lines = commands.map(({ usage, summary }) => mrkdwn`${code(usage)} ${summary}`);
  return {
    text: 'What Baton understands',
    blocks: [
      section(mrkdwn`*What Baton understands*`),
      ...inGroups(lines).map((group) => section(joined(group))),
      context(mrkdwn`${code('/baton help lock')} tells more about one command.`),
    ],
  };
}

/** One command: how it is typed, an example, and the commands that begin with its name. */
export function commandHelpView(command: Command, related: readonly Command[]): View {
  const lines = [
    mrkdwn`*/${command.name}*: ${command.summary}`,
    mrkdwn`It goes: ${code(command.usage)}`,
    mrkdwn`For example: ${code(command.example)}`,
    ...related.map(({ usage, summary }) => mrkdwn`See also ${code(usage)} ${summary}`),
  ];
  return {
    text: `How to use /${command.name}`,
    blocks: inGroups(lines).map((group) => section(joined(group))),
  };
}

/** Who Slack says the person is, and what they may do where. */
export interface Whoami {
  readonly id: string;
  readonly timezone: string;
  /** The person's own wall clock, such as `Tue 17:30`. */
  readonly localTime: string;
  readonly github: string | undefined;
  /** Null when Slack could not tell who is in a usergroup. */
  readonly roles: readonly { readonly environment: string; readonly roles: readonly string[] | null }[];
}

export function whoamiView({ id, timezone, localTime, github, roles }: Whoami): View {
  const login =
    github === undefined ? mrkdwn`no GitHub login is known of you` : mrkdwn`on GitHub ${code(github)}`;
  const lines = [
    mrkdwn`You are ${person(id)} (${code(id)}), ${login}.`,
    mrkdwn`Your zone is ${timezone}, where it is ${localTime}.`,
    ...roles.map((held) => mrkdwn`• *${held.environment}*: ${rolesWords(held.roles)}`),
  ];
  return { text: `You are ${id}`, blocks: inGroups(lines).map((group) => section(joined(group))) };
}

export function versionView(version: string): View {
  const text = `Baton ${version}`;
  return { text, blocks: [section(mrkdwn`${text}`)] };
}

function rolesWords(roles: readonly string[] | null): string {
  if (roles === null) return 'Slack does not say just now';
  return roles.length === 0 ? 'no role' : roles.join(', ');
}

/** Slack takes 3,000 characters a section and 50 blocks a message. */
function inGroups(lines: readonly Mrkdwn[], size = 12): Mrkdwn[][] {
  const groups: Mrkdwn[][] = [];
  for (let at = 0; at < lines.length && groups.length < 45; at += size)
    groups.push(lines.slice(at, at + size));
  return groups;
}
