import type { Context } from '../src/context.ts';
import { loadDeployment } from '../src/deployments/store.ts';
import { showDigest } from '../src/handoffs/show.ts';
import type { MessageJob } from '../src/jobs.ts';
import {
  deploymentMessageKey,
  findMessage,
  findNotice,
  holdMessage,
  noticeKey,
} from '../src/slack/message-store.ts';
import { postOnce } from '../src/slack/post-once.ts';
import { sendReply } from '../src/slack/send-reply.ts';
import { showState } from '../src/slack/show-state.ts';
import { defineWorker, type Outcome } from '../src/worker.ts';

/** The only way out to Slack: brings messages up to date at the pace that Slack allows. */
export const sendMessage = defineWorker({
  queue: 'messages',
  concurrency: 20,

  async run(ctx, data, { id }) {
    if (data.kind === 'deployment') return showDeployment(ctx, data.deployment, id);
    if (data.kind === 'digest') return showDigest(ctx, data, id);
    if (data.kind === 'notice') return postNotice(ctx, data, id);
    return sendReply(ctx, data, id);
  },
});

async function showDeployment(ctx: Context, id: string, job: string): Promise<Outcome> {
  const outcome = await holdMessage(ctx.redis, deploymentMessageKey(id), async (held) => {
    const deployment = await loadDeployment(ctx.redis, id);
    const sent = await showState(ctx, held, deployment, job);
    if (sent !== 'done') return sent;
    const { revision } = await loadDeployment(ctx.redis, id);
    return revision === deployment.revision ? 'done' : { againInSeconds: 1 };
  });
  return outcome ?? { againInSeconds: 1 };
}

type Notice = Extract<MessageJob, { kind: 'notice' }>;

async function postNotice(ctx: Context, notice: Notice, job: string): Promise<Outcome> {
  const outcome = await holdMessage(ctx.redis, noticeKey(job), async (held) => {
    if (held.message.posted !== null) return 'done';
    const { channel, user, view } = notice;
    const root = await rootOf(ctx, notice);
    const thread = root?.channel === channel ? root.ts : undefined;
    const post = { channel, user, view, thread, state: 'notice', final: true, shown: 'notice', job };
    return postOnce(ctx, held, post);
  });
  return outcome ?? { againInSeconds: 1 };
}

/** The message in whose thread it belongs, if there is one. */
async function rootOf({ redis }: Context, { thread, deployment }: Notice) {
  if (thread !== undefined) return findNotice(redis, thread);
  return deployment === undefined ? undefined : findMessage(redis, deployment);
}
