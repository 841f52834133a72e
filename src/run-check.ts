import { type Probes, checkInstallation } from './check/check.ts';
import { formatFindings } from './check/findings.ts';
import type { Settings } from './config/settings.ts';
import { loadConfig } from './config/load.ts';
import { canReadRepository, readGitHubAccount } from './github/account.ts';
import { createGitHub } from './github/client.ts';
import { createLogger } from './log.ts';
import { createMailer } from './mail/mail.ts';
import { checkRedisPolicy } from './redis/connect.ts';
import { withRedis } from './redis/find.ts';
import { readSlackAccount } from './slack/account.ts';
import { SCOPES } from './slack/manifest.ts';
import { createSlackClient } from './slack/web-api.ts';

/** `baton check`: prints what is on, what is off and what is wrong. Exit code 1 when something is wrong. */
export async function runCheck(settings: Settings, write: (line: string) => void): Promise<number> {
  const log = createLogger({ level: 'silent', secrets: settings.secrets, to: 'stderr' });
  const { slack, slackApiUrl, github: access, githubApiUrl } = settings;
  const botToken = slack?.botToken ?? '';
  const probes: Probes = {
    config: { load: () => loadConfig(settings.configFile), variable: (name) => process.env[name] },
    redis: () => withRedis({ ...settings, withinSeconds: 5, log }, checkRedisPolicy),
    slack: {
      account: () => readSlackAccount({ botToken, apiUrl: slackApiUrl }),
      neededScopes: SCOPES,
      listGroupMembers: (group) =>
        createSlackClient({ token: botToken, apiUrl: slackApiUrl }).listGroupMembers(group),
    },
    github: githubProbes(),
    mail: async () => {
      if (settings.smtp !== undefined) await createMailer(settings.smtp).verify();
    },
  };
  const findings = await checkInstallation(settings, probes);
  write(formatFindings(findings));
  return findings.ok ? 0 : 1;

  function githubProbes(): Probes['github'] {
    if (access === undefined)
      return { account: () => Promise.reject(new Error('off')), readRepository: async () => {} };
    const github = createGitHub({ credentials: access, apiUrl: githubApiUrl, log });
    return {
      account: () => readGitHubAccount(github, access.kind),
      readRepository: (repository) => canReadRepository(github, repository),
    };
  }
}
