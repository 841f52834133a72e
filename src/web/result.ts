import * as z from 'zod';
import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { type Deployment, environmentOfDeployment } from '../deployments/deployment.ts';
import { recordResult } from '../deployments/result.ts';
import { findDeployment } from '../deployments/store.ts';
import { CallbackBody, verifyCallback } from '../drivers/callback.ts';
import type { ReasonCode } from '../reason-codes.ts';
import { unlessRedisIsDown } from './health.ts';
import { HttpError, readBody, type Route, sendJson } from './route.ts';

const LIMIT_BYTES = 1_048_576;

/** The signed word of a target on its run (docs/drivers.md). It needs no token; its signature is made with `secret_env`. */
export function resultRoute(ctx: Context): Route {
  return unlessRedisIsDown(ctx.redis, {
    method: 'POST',
    path: '/api/deployments/:id/result',
    async serve(request, response, { params: { id = '' } }) {
      const raw = await readBody(request, LIMIT_BYTES);
      const { 'x-baton-signature-256': signature } = request.headers;
      const deployment = await findDeployment(ctx.redis, id);
      const secret = secretOf(ctx, id, deployment);
      const header = typeof signature === 'string' ? signature : undefined;
      const signed = secret !== undefined && verifyCallback(raw, header, secret);

      if (deployment === undefined)
        throw await unknown(ctx, { id, signed, guessed: secret === undefined && header !== undefined });
      if (!signed) throw await refusal(ctx, deployment, UNSIGNED);
      sendJson(response, 200, { result: await take(ctx, deployment, raw) });
    },
  });
}

async function take(ctx: Context, deployment: Deployment, raw: Buffer): Promise<'taken' | 'known'> {
  const body = readCallback(raw);
  if (body === undefined) throw await refusal(ctx, deployment, MALFORMED);
  const { deployment: meant, ...told } = body;
  if (meant !== deployment.id) throw await refusal(ctx, deployment, { ...OTHER, detail: { meant } });

  const outcome = await recordResult(ctx, deployment, told);
  const { fence, state } = told;
  if (outcome === 'conflict') throw await refusal(ctx, deployment, { ...CONFLICT, detail: { fence, state } });
  await appendAudit(ctx.redis, {
    id: `${deployment.id}-told-${fence}-${state}`,
    at: ctx.now(),
    actor: 'baton',
    action: 'result',
    subject: deployment.id,
    outcome: 'accepted',
    reason: null,
    detail: { ...placeOf(deployment), fence, state },
  });
  return outcome;
}

interface Why {
  readonly status: 400 | 401 | 404 | 409;
  readonly code: string;
  readonly reason: ReasonCode;
  readonly message: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

const UNSIGNED: Why = {
  status: 401,
  code: 'unsigned',
  reason: 'not_allowed',
  message:
    'X-Baton-Signature-256 must be sha256= and the HMAC-SHA256 of the raw body with the secret of the driver.',
};
const MALFORMED: Why = {
  status: 400,
  code: 'malformed',
  reason: 'invalid_command',
  message:
    'The body must be JSON such as {"deployment":"ID","fence":7,"state":"success"|"failure"|"in_progress"}.',
};
const OTHER: Why = {
  status: 409,
  code: 'other_deployment',
  reason: 'invalid_command',
  message: 'The body names another deployment.',
};
const CONFLICT: Why = {
  status: 409,
  code: 'conflict',
  reason: 'not_allowed',
  message: 'That is the fence of another run, a run that was not started, or another end than the one known.',
};

/** The refusal to throw, after it was told to the audit trail: once an hour for each kind, so that nobody can flood it. */
async function refusal(ctx: Context, deployment: Deployment, why: Why): Promise<HttpError> {
  const { status, code, reason, message, detail } = why;
  const hour = ctx.now().toISOString().slice(0, 13);
  const what = Object.values(detail ?? {}).join('-');
  await appendAudit(ctx.redis, {
    id: `${deployment.id}-result-${code}-${what}-${hour}`,
    at: ctx.now(),
    actor: 'baton',
    action: 'result',
    subject: deployment.id,
    outcome: 'refused',
    reason,
    detail: { ...placeOf(deployment), why: code, ...detail },
  });
  ctx.log.warn({ deployment: deployment.id, status, reason, why: code }, 'result refused');
  return new HttpError(status, message, { deployment: deployment.id, why: code });
}

/** Whoever cannot sign is not told which deployments there are. */
async function unknown(
  ctx: Context,
  { id, signed, guessed }: { readonly id: string; readonly signed: boolean; readonly guessed: boolean },
): Promise<HttpError> {
  ctx.log.warn({ deployment: id, status: signed || guessed ? 404 : 401 }, 'result refused');
  if (signed || guessed) return new HttpError(404, `There is no deployment ${id}.`);
  return new HttpError(401, UNSIGNED.message);
}

/** By what the deployment was started with; for an unknown one, by what its environment is deployed with now. */
function secretOf(ctx: Context, id: string, deployment: Deployment | undefined): string | undefined {
  const name = environmentOfDeployment(id) ?? '';
  const { environments } = ctx.config;
  const now = Object.hasOwn(environments, name) ? environments[name]?.driver : undefined;
  const options = z.object({ secret_env: z.string() }).safeParse(deployment?.driverOptions ?? now);
  return options.success ? ctx.driverTools.secret(options.data.secret_env) : undefined;
}

function readCallback(raw: Buffer): CallbackBody | undefined {
  try {
    return CallbackBody.parse(JSON.parse(raw.toString('utf8')));
  } catch {
    return undefined;
  }
}

function placeOf({ environment, service }: Deployment): { environment: string; service: string } {
  return { environment, service };
}
