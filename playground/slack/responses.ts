import * as z from 'zod';
import { badContent } from './methods.ts';
import { addItem, changeItem, findItem, type ResponseAddress, type Workspace } from './workspace.ts';

const Response = z.object({
  text: z.string().default(''),
  blocks: z.array(z.looseObject({ type: z.string() })).default([]),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
  thread_ts: z.string().optional(),
});
type Response = z.infer<typeof Response>;

/** Five uses within half an hour: docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const MOST_USES = 5;
const LIVES_MS = 30 * 60_000;

/** Takes what the app sends to a `response_url`. `error` is undefined when it was taken. */
export function takeResponse(
  workspace: Workspace,
  id: string,
  body: unknown,
): { readonly status: number; readonly error?: string } {
  const address = workspace.addresses.get(id);
  if (address === undefined) return { status: 404, error: 'invalid_url' };
  if (workspace.now() - address.mintedAt > LIVES_MS) return { status: 404, error: 'expired_url' };
  if (address.uses >= MOST_USES) return { status: 404, error: 'used_url' };
  address.uses += 1;

  const given = Response.safeParse(body);
  if (!given.success) return { status: 400, error: 'invalid_payload' };
  const original = address.ts === undefined ? undefined : findItem(workspace, address.channel, address.ts);
  if (given.data.delete_original && original !== undefined) {
    changeItem(workspace, original, { deleted: true });
    return { status: 200 };
  }
  const problem = badContent(workspace, 'response_url', given.data);
  if (problem !== undefined) return { status: 400, error: problem.error ?? 'invalid_payload' };
  if (given.data.replace_original && original !== undefined) {
    changeItem(workspace, original, { text: given.data.text, blocks: given.data.blocks });
  } else {
    addResponse(workspace, address, given.data);
  }
  return { status: 200 };
}

function addResponse(workspace: Workspace, { channel, user }: ResponseAddress, response: Response): void {
  const { text, blocks, thread_ts: thread } = response;
  const common = { channel, author: workspace.app.user, text, blocks, thread };
  if (response.response_type === 'in_channel') addItem(workspace, { kind: 'message', ...common });
  else addItem(workspace, { kind: 'ephemeral', ...common, for: user });
}
