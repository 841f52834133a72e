import { listAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { findDeployment, listDeployments } from '../deployments/store.ts';
import { UnreadableError } from '../errors.ts';
import { environmentNames, listEnvironments, listLocks } from './environments.ts';
import { listHandoffs } from './handoffs.ts';
import { unlessRedisIsDown } from './health.ts';
import { newestUnleased } from './unleased.ts';
import { badCursor, badParameter, type PageOf, pageOf, readPage } from './paging.ts';
import { type Address, HttpError, type Route, sendJson } from './route.ts';
import { deploymentShape, entryShape } from './shape.ts';
import { refuseStrangers } from './token.ts';
import { wanted } from './wanted.ts';

export interface ApiOptions {
  /** BATON_API_TOKEN. */
  readonly token: string | undefined;
  /** Without a token: answer anybody, as in the playground, or be not there at all. */
  readonly open: boolean;
}

type Answer = (ctx: Context, address: Address) => Promise<object>;

/** The JSON API. It only reads. */
export function apiRoutes(ctx: Context, { token, open }: ApiOptions): Route[] {
  if (token === undefined && !open) return [];
  const routes = Object.entries(ANSWERS).map(
    ([path, answer]): Route => ({
      method: 'GET',
      path,
      async serve(request, response, address) {
        if (token !== undefined) {
          response.setHeader('www-authenticate', 'Bearer realm="Baton"');
          refuseStrangers(request, token, ctx.now());
          response.removeHeader('www-authenticate');
        }
        sendJson(response, 200, await readable(answer(ctx, address)));
      },
    }),
  );
  return routes.map((route) => unlessRedisIsDown(ctx.redis, route));
}

const ANSWERS: Record<string, Answer> = {
  '/api/environments': async (ctx, { query }) =>
    pageOf(await listEnvironments(ctx), ({ name }) => name, readPage(query)),

  '/api/locks': async (ctx, { query }) => pageOf(await listLocks(ctx), ({ scope }) => scope, readPage(query)),

  '/api/handoffs': async (ctx, { query }) => {
    for (const name of query.keys()) throw badParameter(name, 'is not known here', '/api/handoffs');
    return { items: await listHandoffs(ctx), next: null };
  },

  /** Whom the page names; all else calls people by their ids. */
  '/api/people': async ({ config }) => ({
    items: config.people.map(({ slack, name }) => ({ id: slack, name })),
    next: null,
  }),

  '/api/deployments': deployments,

  '/api/deployments/:id': async (ctx, { params: { id = '' }, query }) => {
    for (const name of query.keys()) throw badParameter(name, 'is not known here', '/api/deployments/ID');
    const deployment = await findDeployment(ctx.redis, id);
    if (deployment === undefined) throw new HttpError(404, `There is no deployment ${id}.`);
    return deploymentShape(deployment);
  },

  '/api/remote-deploys/wanted': wanted,

  '/api/audit': async (ctx, { query }) => {
    const { limit, before } = readPage(query);
    if (before !== undefined && !/^[1-9]\d{0,14}$/.test(before)) throw badCursor();
    const page = await listAudit(ctx.redis, {
      limit,
      ...(before !== undefined && { before: Number(before) }),
    });
    return { items: page.items.map(entryShape), next: page.next === null ? null : String(page.next) };
  },
};

async function deployments(ctx: Context, { query }: Address): Promise<PageOf<object>> {
  const { limit, before } = readPage(query, ['environment', 'held']);
  if (before !== undefined && !/^\d{1,15}\.[\w.-]{1,80}$/.test(before)) throw badCursor();
  const names = await environmentNames(ctx);
  const named = query.get('environment');
  if (named !== null && !names.includes(named)) {
    throw badParameter('environment', 'names no environment', `?environment=${names[0] ?? 'staging'}`);
  }
  const environments = named === null ? names : [named];
  const held = query.get('held');
  if (held === 'true') return { items: await newestUnleased(ctx, environments, limit), next: null };
  if (held !== null) throw badParameter('held', 'is not “true”', '?held=true');
  const { items, next } = await listDeployments(ctx.redis, { environments, limit, before });
  return { items: items.map(deploymentShape), next };
}

/** What cannot be read is named, so that an operator finds it; it is not a riddle with a reference. */
async function readable<Value>(reading: Promise<Value>): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableError) throw new HttpError(500, error.message, { key: error.key });
    throw error;
  }
}
