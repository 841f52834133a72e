const SLACK_HOSTS: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com'];

/** Whether a private answer may go there: to Slack, or to the host and port of the Web API base. */
export function isResponseUrl(url: string, slackApiUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, origin, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  return (protocol === 'https:' && SLACK_HOSTS.includes(host)) || origin === new URL(slackApiUrl).origin;
}
