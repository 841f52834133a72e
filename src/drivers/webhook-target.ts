import * as z from 'zod';
import { resultDetails, signatureOf } from './callback.ts';
import type { DriverRequest, DriverTools } from './driver.ts';
import { type Answer, ask, isAllowedTarget } from './http.ts';

export const WebhookOptions = z.strictObject({
  type: z.literal('webhook'),
  url: z.url(),
  secret_env: z.string().min(1),
  status_url: z.url().optional(),
  allow_http: z.array(z.string()).optional(),
});
export type WebhookOptions = z.infer<typeof WebhookOptions>;

export type Action = 'deploy' | 'cancel' | 'down';

/** Sends one signed wish. The receiver's side of it is described in `docs/drivers.md`. */
export async function post(
  tools: DriverTools,
  request: DriverRequest,
  options: WebhookOptions,
  action: Action,
): Promise<Answer> {
  const { deployment, environment, service, repository, ref, sha, fence } = request;
  const body = JSON.stringify({
    action,
    deployment,
    environment,
    service,
    repository,
    ref,
    sha,
    fence,
    requested_by: request.requestedBy,
    callback_url: `${tools.batonUrl}/api/deployments/${encodeURIComponent(deployment)}/result`,
  });
  return ask(tools.fetch, options.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      // Another key for another wish: a target that answers repetitions from memory must not drop the cancel.
      'idempotency-key': action === 'cancel' ? `${deployment}:cancel` : deployment,
      'x-baton-fence': String(fence),
      'x-baton-signature-256': signatureOf(body, tools.secret(options.secret_env) ?? ''),
    },
  });
}

export const Status = z.object({
  state: z.enum(['success', 'failure', 'in_progress', 'not_found']),
  ...resultDetails,
});
export type Status = z.infer<typeof Status>;

/** What the status address says, or undefined when it said nothing that can be read. */
export async function askStatus(
  tools: DriverTools,
  { deployment }: DriverRequest,
  { status_url = '', allow_http, secret_env }: WebhookOptions,
): Promise<Status | undefined> {
  if (!isAllowedTarget(status_url, allow_http)) return undefined;
  const signature = signatureOf(deployment, tools.secret(secret_env) ?? '');
  const headers = { accept: 'application/json', 'x-baton-signature-256': signature };
  const answer = await ask(tools.fetch, statusAddress(status_url, deployment), { headers });
  return answer.kind === 'answer' ? readStatus(answer) : undefined;
}

function statusAddress(template: string, deployment: string): string {
  if (template.includes('{deployment}')) {
    return template.replaceAll('{deployment}', () => encodeURIComponent(deployment));
  }
  const url = new URL(template);
  url.searchParams.set('deployment', deployment);
  return url.href;
}

/** The state in an answer, or undefined when the answer cannot be read as one. */
export function readStatus({ status, body, whole }: Answer & { kind: 'answer' }): Status | undefined {
  // A 404 counts only with `not_found` spelled out in it: a proxy's own 404 proves nothing.
  if (!whole || !(status === 200 || status === 202 || status === 404)) return undefined;
  try {
    const said = Status.parse(JSON.parse(body));
    return status === 404 && said.state !== 'not_found' ? undefined : said;
  } catch {
    return undefined;
  }
}
