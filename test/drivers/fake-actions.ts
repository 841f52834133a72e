import type { IncomingMessage, ServerResponse } from 'node:http';
import { NOON } from './requests.ts';
import { bodyOf, serve } from './servers.ts';

interface Dispatched {
  readonly ref: string;
  readonly return_run_details?: boolean;
  readonly inputs: Record<string, string>;
}

export interface FakeActions {
  readonly url: string;
  readonly dispatched: Dispatched[];
  readonly cancelled: number[];
  /** Ends every run, with this conclusion. */
  finish(conclusion: string): void;
  /** Puts a run with this title on the list. */
  list(title: string): number;
}

interface Behaviour {
  readonly status?: string;
  readonly conclusion?: string;
  /** What a dispatch is answered with; a `hidden` run is never listed. */
  readonly dispatch?: { readonly status: number; readonly message?: string; readonly hidden?: boolean };
  /** Refuses `return_run_details`, as an older GitHub Enterprise Server does. */
  readonly older?: boolean;
  /** What the list says of its own length. */
  readonly total?: number;
}

/** As much of GitHub Actions as the driver talks to, for acme/api and its deploy.yml. Addresses under /down answer 503. */
export async function fakeActions(behaviour: Behaviour): Promise<FakeActions> {
  const runs: { id: number; display_title: string }[] = [];
  const dispatched: Dispatched[] = [];
  const cancelled: number[] = [];
  const list = (title: string) => runs.push({ id: runs.length + 1, display_title: title });
  let { conclusion = null }: { conclusion?: string | null } = behaviour;
  let status = behaviour.status ?? (conclusion === null ? 'queued' : 'completed');
  const finish = (as: string) => {
    conclusion = as;
    status = 'completed';
  };
  const shown = (run: { id: number; display_title: string }) => ({
    ...run,
    name: 'Deploy',
    status,
    conclusion,
    html_url: `https://github.com/acme/api/actions/runs/${run.id}`,
  });

  function dispatch(body: Dispatched): [number, unknown?] {
    const { status: code = 200, message = 'Server Error', hidden = false } = behaviour.dispatch ?? {};
    if (behaviour.older && 'return_run_details' in body) {
      return [422, { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' }];
    }
    dispatched.push(body);
    const id = hidden ? 0 : list(`Deploy (${body.inputs['deployment']})`);
    if (code >= 300) return [code, { message }];
    if (code === 204 || behaviour.older) return [204];
    return [200, { workflow_run_id: id, html_url: `https://github.com/acme/api/actions/runs/${id}` }];
  }

  function listed(query: URLSearchParams): [number, unknown] {
    const since = new Date((query.get('created') ?? '').replace('>=', ''));
    if (!(since.getTime() < NOON.getTime())) return [422, { message: 'no runs since then are asked for' }];
    const page = Number(query.get('page'));
    const newestFirst = runs.toReversed().map(shown);
    const part = newestFirst.slice((page - 1) * 100, page * 100);
    return [200, { total_count: behaviour.total ?? runs.length, workflow_runs: part }];
  }

  async function answer(request: IncomingMessage): Promise<[number, unknown?]> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github.test');
    const [, , , , ...rest] = pathname.split('/');
    const what = `${request.method} ${pathname.startsWith('/down') ? '/down' : rest.join('/')}`;
    if (what === 'GET ') return [200, { default_branch: 'trunk' }];
    if (what === 'POST actions/workflows/deploy.yml/dispatches')
      return dispatch(JSON.parse(await bodyOf(request)));
    if (what === 'GET actions/workflows/deploy.yml/runs') return listed(searchParams);
    if (what.endsWith('/down')) return [503, { message: 'Service Unavailable' }];
    const run = runs.find(({ id }) => String(id) === rest[2]);
    if (run === undefined) return [404, { message: 'Not Found' }];
    if (request.method === 'GET') return [200, shown(run)];
    if (status === 'completed') return [409, { message: 'Cannot cancel a workflow run that is completed.' }];
    cancelled.push(run.id);
    return [202, {}];
  }

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [code, body] = await answer(request);
    response.writeHead(code, { 'content-type': 'application/json; charset=utf-8' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  const url = await serve((request, response) => void reply(request, response));
  return { url, dispatched, cancelled, finish, list };
}
