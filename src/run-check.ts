import { type Probes, checkInstallation } from './check/check.ts';
import { formatReport } from './check/report.ts';
import type { Settings } from './config/settings.ts';
import { loadConfig } from './config/load.ts';
import { canReadRepository, readGitHubAccount } from './github/account.ts';
import { createGitHub } from './github/client.ts';
import { createLogger } from './log.ts';
import { checkRedisPolicy, connectRedis, waitForRedis } from './redis/connect.ts';
import { openEmbeddedRedis } from './redis/embedded.ts';
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
    redis: () => askRedis(settings, log),
    slack: {
      account: () => readSlackAccount({ botToken, apiUrl: slackApiUrl }),
      neededScopes: SCOPES,
      listGroupMembers: (group) =>
        createSlackClient({ token: botToken, apiUrl: slackApiUrl }).listGroupMembers(group),
    },
    github: githubProbes(),
  };
  const report = await checkInstallation(settings, probes);
  write(formatReport(report));
  return report.ok ? 0 : 1;

  function githubProbes(): Probes['github'] {
    if (access === undefined)
      return { account: () => Promise.reject(new Error('off')), readRepository: async () => {} };
    const credentials =
      access.kind === 'token'
        ? { token: access.token }
        : { appId: access.appId, privateKey: access.privateKey };
    const github = createGitHub({ credentials, apiUrl: githubApiUrl, log });
    return {
      account: () => readGitHubAccount(github, access.kind),
      readRepository: (repository) => canReadRepository(github, repository),
    };
  }
}

async function askRedis(
  { redisUrl, dataFolder }: Settings,
  log: ReturnType<typeof createLogger>,
): Promise<void> {
  const own = redisUrl === undefined ? await openEmbeddedRedis({ folder: dataFolder, log }) : undefined;
  const redis = connectRedis(redisUrl ?? own?.url ?? '', 'patient', log);
  try {
    await waitForRedis(redis, 5);
    await checkRedisPolicy(redis);
  } finally {
    redis.disconnect();
    await own?.stop();
  }
}
