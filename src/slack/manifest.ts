import type { Command } from '../command.ts';
import { ADD_TO_HANDOFF } from './message-shortcut.ts';

/** All that Baton asks of a workspace: to be typed to, to write, and to know people and their groups by id. */
export const SCOPES = ['chat:write', 'commands', 'im:write', 'usergroups:read', 'users:read'] as const;

/** The app's description for Slack, with one slash command for each first word. `url` is where Baton is reached. */
export function slackManifest(
  commands: readonly Pick<Command, 'name' | 'usage' | 'summary'>[],
  { url }: { readonly url: string },
) {
  const requestUrl = `${url.replace(/\/+$/, '')}/slack/events`;
  const firstWords = [...new Set(commands.map(({ name }) => firstWord(name)))];
  return {
    display_information: {
      name: 'Baton',
      description: 'Deployments and locks, where the team talks',
    },
    features: {
      bot_user: { display_name: 'Baton', always_online: true },
      slash_commands: firstWords.map((word) => ({
        command: `/${word}`,
        url: requestUrl,
        ...described(
          commands.filter(({ name }) => firstWord(name) === word),
          word,
        ),
        // People reach us as ids, never as names that somebody else could take.
        should_escape: true,
      })),
      shortcuts: [
        {
          name: 'Add to handoff',
          type: 'message',
          callback_id: ADD_TO_HANDOFF,
          description: "Put this message into your site's next handoff",
        },
      ],
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      interactivity: { is_enabled: true, request_url: requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  };
}

/** By the command that is the word itself, else by the first one that begins with it. */
function described(commands: readonly Pick<Command, 'name' | 'usage' | 'summary'>[], word: string) {
  const [first] = commands;
  const main = commands.find(({ name }) => name === word) ?? first;
  const meant = main?.name === word ? [main] : commands;
  const hint = meant.map(({ usage }) => usageHint(usage, word)).join(' | ');
  return {
    description: (main?.summary ?? '').slice(0, 2_000),
    ...(hint !== '' && { usage_hint: hint.slice(0, 1_000) }),
  };
}

function firstWord(name: string): string {
  return name.split(' ')[0] ?? '';
}

function usageHint(usage: string, word: string): string {
  return usage.replace(new RegExp(`^/?${word}\\b`), '').trim();
}
