import { createHmac } from 'node:crypto';

export const SIGNING_SECRET = 'a-secret-of-thirty-two-characters';

/** What Slack sends when somebody types `/deploy staging`. */
export function slashCommand(overrides: Record<string, string> = {}): Record<string, string> {
  return {
    command: '/deploy',
    text: 'staging',
    team_id: 'T0ACME',
    user_id: 'U0ASHA',
    channel_id: 'C0STG',
    trigger_id: '123.456.abcdef',
    response_url: 'https://hooks.slack.com/commands/T0ACME/1/x',
    ...overrides,
  };
}

/** What Slack sends when somebody clicks a button of ours. */
export function click(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'block_actions',
    user: { id: 'U0BEN', team_id: 'T0ACME' },
    team: { id: 'T0ACME' },
    channel: { id: 'C0STG' },
    trigger_id: '123.456.abcdef',
    response_url: 'https://hooks.slack.com/actions/T0ACME/1/x',
    actions: [
      { type: 'button', action_id: 'command:unlock:0', action_ts: '1700000000.1', value: 'unlock staging' },
    ],
    ...overrides,
  };
}

/** What Slack sends when somebody picks “Add to handoff” in the menu of a message. */
export function messageShortcut(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'message_action',
    callback_id: 'handoff_note',
    trigger_id: '123.456.abcdef',
    action_ts: '1700000000.2',
    message_ts: '1700000000.000100',
    user: { id: 'U0ASHA', name: 'asha', team_id: 'T0ACME' },
    team: { id: 'T0ACME', domain: 'acme' },
    channel: { id: 'C0STG', name: 'staging' },
    message: { type: 'message', user: 'U0BEN', ts: '1700000000.000100', text: 'The &lt;key&gt; is late' },
    response_url: 'https://hooks.slack.com/app/T0ACME/1/x',
    ...overrides,
  };
}

export function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

/** The headers with which Slack sends a form at that time. */
export function signed(body: string | Buffer, at: Date, secret = SIGNING_SECRET): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  };
}

/** As Slack sends clicks and modals. */
export function asPayload(payload: object): Record<string, string> {
  return { payload: JSON.stringify(payload) };
}
