import type { Person, Repository } from '../state.ts';

/** A request about one repository that GitHub's description finds nothing wrong with. */
export interface Call {
  readonly repository: Repository;
  /** Values from the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** As whom it is done: the owner of the token, or the App. */
  readonly by: Person;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Routes = Readonly<Record<string, (call: Call) => Answer>>;

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function refuse(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

export const NOT_FOUND = refuse(404, 'Not Found');

/** What is there, or GitHub's 404. */
export function okOrNotFound(body: unknown): Answer {
  return body === undefined ? NOT_FOUND : ok(body);
}

export function pageOf<Item>(query: URLSearchParams, items: readonly Item[]): Item[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const page = Number(query.get('page') ?? 1);
  return items.slice((page - 1) * size, page * size);
}

export function textOf(values: Readonly<Record<string, unknown>>, name: string, otherwise = ''): string {
  const value = values[name];
  return typeof value === 'string' ? value : otherwise;
}
