import * as z from 'zod';
import type { GitHubDelivery } from '../jobs.ts';

/**
 * The events that the webhook must send, with those of their actions that Baton handles. `workers/handle-webhook.ts`
 * has a handler for each; the App's manifest in docs/ asks for them.
 */
export const HANDLED = {
  check_suite: ['completed'],
  deployment_status: ['created'],
  pull_request: [
    'opened',
    'reopened',
    'labeled',
    'unlabeled',
    'synchronize',
    'converted_to_draft',
    'ready_for_review',
    'closed',
  ],
  // It has no action of GitHub's; one that is still pending is called so below.
  status: [''],
  workflow_run: ['in_progress', 'completed'],
} as const satisfies Record<string, readonly string[]>;
export type HandledEvent = keyof typeof HANDLED;

/** True for an event and action that there is a handler for; `action` is empty where the event has none. */
export function isHandled(event: string, action: string): boolean {
  if (!isHandledEvent(event)) return false;
  const actions: readonly string[] = HANDLED[event];
  return actions.includes(action);
}

export function isHandledEvent(event: string): event is HandledEvent {
  return Object.hasOwn(HANDLED, event);
}

/** Enough for a run's name with a deployment's id in it. */
const MAX_TITLE = 300;

const text = z.string().max(300);
const maybe = text.nullish();
const title = z.string().nullish();

/** What Baton looks at in any payload. GitHub adds fields as it likes, and leaves out what an event does not have. */
const Payload = z.object({
  action: text.default(''),
  repository: z.object({ full_name: text }).optional(),
  sender: z.object({ login: text, type: text }).nullish(),
  ref: maybe,
  sha: maybe,
  after: maybe,
  state: maybe,
  label: z.object({ name: text }).nullish(),
  pull_request: z.object({ number: z.int(), head: z.object({ ref: maybe, sha: maybe }).nullish() }).nullish(),
  check_suite: z.object({ head_branch: maybe, head_sha: maybe }).nullish(),
  workflow_run: z
    .object({ id: z.int(), head_branch: maybe, head_sha: maybe, name: title, display_title: title })
    .nullish(),
  deployment: z.object({ id: z.int(), ref: maybe, sha: maybe }).nullish(),
});

/** Undefined for a payload without a repository. Throws ZodError for one that is not GitHub's. */
export function readDelivery(event: string, delivery: string, payload: object): GitHubDelivery | undefined {
  const { action, repository, sender, ...about } = Payload.parse(payload);
  if (repository === undefined) return undefined;
  const { pull_request: pull, workflow_run: run, check_suite: suite, deployment, label } = about;
  const branch = pull?.head?.ref ?? run?.head_branch ?? suite?.head_branch ?? deployment?.ref;
  const commit = pull?.head?.sha ?? run?.head_sha ?? suite?.head_sha ?? deployment?.sha;
  return {
    event,
    action: event === 'status' && about.state === 'pending' ? 'pending' : action,
    delivery,
    repository: repository.full_name,
    sender: sender ?? null,
    pullRequest: pull?.number ?? null,
    label: label?.name ?? null,
    ref: about.ref ?? branch ?? null,
    sha: about.sha ?? about.after ?? commit ?? null,
    run: run ? { id: run.id, title: titleOf(run) } : null,
    githubDeployment: deployment?.id ?? null,
  };
}

function titleOf({ display_title, name }: NonNullable<z.infer<typeof Payload>['workflow_run']>): string {
  return [display_title, name].filter(Boolean).join(' ').slice(0, MAX_TITLE);
}
