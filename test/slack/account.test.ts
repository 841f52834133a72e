import { expect, it } from '@jest/globals';
import { readSlackAccount } from '../../src/slack/account.ts';

const OK = { ok: true, team: 'Acme', team_id: 'T0ACME', user: 'baton', user_id: 'U0BATON' };

function account(answer: () => Promise<Response>) {
  const asked: { url: string; authorization: string | null }[] = [];
  const send: typeof fetch = async (input, init) => {
    asked.push({
      url: new Request(input).url,
      authorization: new Headers(init?.headers).get('authorization'),
    });
    return answer();
  };
  const access = { botToken: 'xoxb-secret', apiUrl: 'https://slack.example/api/', fetch: send };
  return { asked, read: async () => readSlackAccount(access) };
}

it('learns from Slack whose token it is and what it may do', async () => {
  const headers = { 'x-oauth-scopes': 'chat:write, commands,users:read' };
  const { asked, read } = account(async () => Response.json(OK, { headers }));

  expect(await read()).toEqual({
    team: 'Acme',
    teamId: 'T0ACME',
    name: 'baton',
    scopes: ['chat:write', 'commands', 'users:read'],
  });
  expect(asked).toEqual([
    { url: 'https://slack.example/api/auth.test', authorization: 'Bearer xoxb-secret' },
  ]);
});

it('does not guess the scopes when Slack does not tell them', async () => {
  expect((await account(async () => Response.json(OK)).read()).scopes).toBeUndefined();
});

it.each<{ when: string; answer: () => Promise<Response>; says: string }>([
  {
    when: 'the token is wrong',
    answer: async () => Response.json({ ok: false, error: 'invalid_auth' }),
    says: 'Slack does not accept SLACK_BOT_TOKEN',
  },
  {
    when: 'Slack refuses for a reason of its own',
    answer: async () => Response.json({ ok: false, error: 'ratelimited' }),
    says: 'Slack answered ratelimited',
  },
  {
    when: 'something else answers',
    answer: async () => new Response('<html>', { status: 502 }),
    says: 'Slack gave no readable answer (502)',
  },
  {
    when: 'nobody answers',
    answer: async () => Promise.reject(new TypeError('fetch failed')),
    says: 'Slack cannot be reached',
  },
])('says in words that $when', async ({ answer, says }) => {
  await expect(account(answer).read()).rejects.toThrow(says);
});
