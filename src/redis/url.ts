import { StartError } from '../errors.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Where a Redis is, as `REDIS_URL` says it. User and password are the data nodes', not the sentinels'. */
export type RedisAddress = Login &
  (
    | { readonly kind: 'tcp'; readonly node: RedisNode; readonly tls: boolean; readonly db: number }
    | { readonly kind: 'unix'; readonly path: string; readonly db: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisNode[];
        readonly name: string;
        readonly db: number;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] }
  );

/** Longest path that fits into a unix socket's address: `sun_path` in unix(7), one byte less for its end. */
export const SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

const SHAPES = {
  redis: 'redis://[USER:PASSWORD@]HOST[:PORT][/DB]',
  rediss: 'rediss://[USER:PASSWORD@]HOST[:PORT][/DB]',
  unix: 'unix:///PATH/redis.sock[?db=DB]',
  'redis+sentinel': 'redis+sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT/NAME[/DB]',
  'redis+cluster': 'redis+cluster://[USER:PASSWORD@]HOST:PORT,HOST:PORT',
} as const;
type Scheme = keyof typeof SHAPES;

/** Reads `REDIS_URL`. Throws a StartError that names the right shape and repeats nothing of what was given. */
export function parseRedisUrl(url: string): RedisAddress {
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/s.exec(url) ?? [];
  if (!isScheme(scheme)) {
    throw new StartError(
      'REDIS_URL must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://',
    );
  }
  const address = /[\s\p{Cc}]/u.test(rest) ? undefined : parseRest(scheme, rest);
  if (address === undefined) throw new StartError(`REDIS_URL must look like ${SHAPES[scheme]}`);
  return address;
}

function isScheme(text: string): text is Scheme {
  return Object.hasOwn(SHAPES, text);
}

function parseRest(scheme: Scheme, rest: string): RedisAddress | undefined {
  const slash = rest.indexOf('/');
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const login = parseLogin(at === -1 ? '' : authority.slice(0, at));
  if (login === undefined) return undefined;
  const hosts = authority.slice(at + 1);
  if (scheme === 'unix') return parseUnix(login, `${hosts}${path}`);
  const nodes = parseNodes(hosts, scheme === 'redis+sentinel' ? 26_379 : 6_379);
  const [node] = nodes ?? [];
  if (nodes === undefined || node === undefined) return undefined;
  if (scheme === 'redis+sentinel') return parseSentinel(login, nodes, path);
  if (scheme === 'redis+cluster')
    return /^\/?$/.test(path) ? { kind: 'cluster', ...login, nodes } : undefined;
  const db = parseDb(path.slice(1));
  if (db === undefined || nodes.length > 1) return undefined;
  return { kind: 'tcp', ...login, node, tls: scheme === 'rediss', db };
}

function parseUnix(login: Login, rest: string): RedisAddress | undefined {
  const [, raw = '', dbText = ''] = /^([^?]+)(?:\?db=(\d+))?$/.exec(rest) ?? [];
  const path = decoded(raw);
  const db = parseDb(dbText);
  if (path === undefined || path === '' || path.includes('\0') || db === undefined) return undefined;
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
    throw new StartError(`REDIS_URL must name a socket of at most ${SOCKET_PATH_BYTES} bytes: link to it`);
  }
  return { kind: 'unix', ...login, path, db };
}

function parseSentinel(
  login: Login,
  sentinels: readonly RedisNode[],
  path: string,
): RedisAddress | undefined {
  const [, raw = '', dbText = ''] = /^\/([^/?#]+)(?:\/(\d+))?$/.exec(path) ?? [];
  const name = decoded(raw);
  const db = parseDb(dbText);
  if (name === undefined || name === '' || db === undefined) return undefined;
  return { kind: 'sentinel', ...login, sentinels, name, db };
}

function parseLogin(text: string): Login | undefined {
  if (text === '') return { username: undefined, password: undefined };
  const colon = text.indexOf(':');
  const username = decoded(text.slice(0, Math.max(colon, 0)));
  const password = decoded(text.slice(colon + 1));
  if (colon === -1 || username === undefined || password === undefined || password === '') return undefined;
  return { username: username === '' ? undefined : username, password };
}

function parseNodes(text: string, defaultPort: number): readonly RedisNode[] | undefined {
  const nodes = text.split(',').map((part) => parseNode(part, defaultPort));
  return nodes.every((node) => node !== undefined) ? nodes : undefined;
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function parseDb(text: string): number | undefined {
  if (text === '') return 0;
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a lone % sign
  }
}
