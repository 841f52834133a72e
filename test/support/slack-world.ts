import { randomUUID } from 'node:crypto';
import type { Deployment, DeploymentState } from '../../src/deployments/deployment.ts';
import { createSlackClient } from '../../src/slack/web-api.ts';
import { sendMessage } from '../../workers/send-message.ts';
import { testContext, testRedis } from './context.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { wanted } from './deployment.ts';
import { type SlackCall, slackServer } from './slack-server.ts';

interface Root {
  readonly thread?: string;
  readonly deployment?: string;
}

/** The worker that sends messages, a Slack that it sends them to, and shorthands to ask it for some. */
export async function slackWorld() {
  const prefix = `${randomUUID()}:`;
  const redis = testRedis(prefix);
  const slack = await slackServer();
  const ctx = testContext({ redis, slack: createSlackClient({ token: 'xoxb-1', apiUrl: slack.url }) });
  const attempt = { id: 'job-1', again: false, last: false };
  const asked = wanted();
  /** Saves the deployment in a state, whether or not it could get there: only its message is looked at. */
  const put = async (state: DeploymentState, more: Partial<Deployment> = {}) => {
    const created = await createDeployment(redis, asked);
    if (created.kind === 'leased') throw new Error('Each world has one deployment');
    await replaceDeployment(redis, created.deployment, { ...created.deployment, state, ...more });
  };
  const run = async (overrides = {}) =>
    sendMessage.run(
      { ...ctx, ...overrides },
      { version: 1, kind: 'deployment', deployment: asked.id, reference: 'r' },
      attempt,
    );
  return {
    id: asked.id,
    prefix,
    redis,
    slack,
    put,
    run,
    show: async (state: DeploymentState, more = {}) => {
      await put(state, more);
      return run();
    },
    notice: async (id: string, { channel = 'C0STG', ...root }: Root & { readonly channel?: string } = {}) => {
      const view = { text: 'Unlocked', blocks: [] };
      const data = {
        version: 1 as const,
        kind: 'notice' as const,
        channel,
        user: 'U0BEN',
        ...root,
        view,
        reference: 'r',
      };
      return sendMessage.run(ctx, data, { ...attempt, id });
    },
    reply: async (responseUrl = `${new URL(slack.url).origin}/respond`) => {
      const view = { text: 'Locked', blocks: [] };
      const person = { user: 'U0BEN', channel: 'C0STG', responseUrl };
      return sendMessage.run(ctx, { version: 1, kind: 'reply', ...person, view, reference: 'r' }, attempt);
    },
    told: () => slack.calls.map(words),
  };
}

function words({ method, fields }: SlackCall): string {
  return [method, fields['channel'] ?? fields['users'], fields['text']].filter(Boolean).join(' ');
}
