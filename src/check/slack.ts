import type { Config } from '../config/schema.ts';
import type { SlackAccount } from '../slack/account.ts';
import { messageOf } from './message.ts';
import type { Line } from './findings.ts';

export interface SlackProbes {
  readonly account: () => Promise<SlackAccount>;
  /** Scopes without which something would not work (`SCOPES` of the manifest). */
  readonly neededScopes: readonly string[];
  readonly listGroupMembers: (group: string) => Promise<readonly string[]>;
}

const what = 'Slack';

/** Tells whether the token is good, for the right workspace and allowed enough, and whether the usergroups exist. */
export async function checkSlack(
  access: { readonly mode: 'http' | 'socket' } | undefined,
  config: Config | undefined,
  probes: SlackProbes,
): Promise<Line[]> {
  if (access === undefined) {
    const says = 'SLACK_BOT_TOKEN is not set: `start` is the playground, `web` and `worker` do not start';
    return [{ what, state: 'off', says }];
  }
  try {
    const account = await probes.account();
    const way = access.mode === 'http' ? 'over HTTP' : 'by Socket Mode';
    const says = `${way}, as ${account.name} in ${account.team} (${account.teamId})`;
    const groups = await Promise.all(groupsIn(config).map((group) => checkGroup(group, probes)));
    return [{ what, state: 'on', says }, ...mistakes(account, config, probes.neededScopes), ...groups];
  } catch (error) {
    return [{ what, state: 'wrong', says: messageOf(error) }];
  }
}

function mistakes(
  { teamId, scopes }: SlackAccount,
  config: Config | undefined,
  needed: readonly string[],
): Line[] {
  const lines: Line[] = [];
  if (config !== undefined && config.slack.workspace !== teamId) {
    const says = `the token is for ${teamId}, but slack.workspace is ${config.slack.workspace}`;
    lines.push({ what, state: 'wrong', says });
  }
  const missing = scopes === undefined ? [] : needed.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const says = `the app lacks ${missing.join(', ')}; add it from slack-manifest.json and install the app again`;
    lines.push({ what, state: 'wrong', says });
  }
  return lines;
}

function groupsIn(config: Config | undefined): string[] {
  if (config === undefined) return [];
  const roles = [config.roles, ...Object.values(config.environments).flatMap((rules) => rules.roles ?? [])];
  const ids = roles.flatMap(({ deployer = [], approver = [], admin = [] }) => [
    ...deployer,
    ...approver,
    ...admin,
  ]);
  return [...new Set(ids)].filter((id) => id.startsWith('S'));
}

async function checkGroup(group: string, { listGroupMembers }: SlackProbes): Promise<Line> {
  try {
    const { length } = await listGroupMembers(group);
    const says = `${group} has ${length === 1 ? '1 member' : `${length} members`}`;
    return { what: 'usergroup', state: length === 0 ? 'off' : 'on', says };
  } catch (error) {
    return { what: 'usergroup', state: 'wrong', says: `${group} cannot be read: ${messageOf(error)}` };
  }
}
