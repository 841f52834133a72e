import * as z from 'zod';

/** Whose token it is, and what it may do. */
export interface SlackAccount {
  readonly team: string;
  readonly teamId: string;
  readonly name: string;
  /** From the header `x-oauth-scopes`; undefined where Slack does not send it. */
  readonly scopes: readonly string[] | undefined;
}

const Answer = z.union([
  z.object({ ok: z.literal(true), team: z.string(), team_id: z.string(), user: z.string() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

interface Access {
  readonly botToken: string;
  /** Ends in a slash. */
  readonly apiUrl: string;
  readonly fetch?: typeof fetch;
}

/** Asks Slack whose token it is (`auth.test`). Rejects with a sentence for people. */
export async function readSlackAccount({
  botToken,
  apiUrl,
  fetch: send = fetch,
}: Access): Promise<SlackAccount> {
  const response = await send(`${apiUrl}auth.test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${botToken}` },
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: unknown) => {
    throw new Error('Slack cannot be reached', { cause });
  });
  const answer = Answer.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) throw new Error(`Slack gave no readable answer (${response.status})`);
  if (!answer.data.ok) throw new Error(WORDS[answer.data.error] ?? `Slack answered ${answer.data.error}`);
  const { team, team_id: teamId, user: name } = answer.data;
  return { team, teamId, name, scopes: response.headers.get('x-oauth-scopes')?.split(/\s*,\s*/) };
}

const WORDS: Record<string, string> = {
  invalid_auth: 'Slack does not accept SLACK_BOT_TOKEN',
  not_authed: 'Slack does not accept SLACK_BOT_TOKEN',
  token_revoked: 'SLACK_BOT_TOKEN has been revoked',
  token_expired: 'SLACK_BOT_TOKEN has expired',
  account_inactive: 'the workspace or the bot of SLACK_BOT_TOKEN has been deactivated',
};
