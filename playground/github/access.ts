import { verify } from 'node:crypto';
import { showPerson } from './answers.ts';
import { BATON, nextId, type Repository } from './state.ts';
import { type Answer, NOT_FOUND, ok, refuse } from './routes/route.ts';

/** A GitHub App that may be asked for. Its installations are by id, each with the repositories that it may see. */
export interface PlayedApp {
  readonly id: number;
  /** PEM. */
  readonly publicKey: string;
  readonly installations: Map<number, readonly string[]>;
}

export type Caller =
  | { readonly kind: 'person' }
  | { readonly kind: 'app'; readonly app: PlayedApp }
  | { readonly kind: 'installation'; readonly repositories: readonly string[] };

const BAD_CREDENTIALS = refuse(401, 'Bad credentials');
const LONGEST_JWT_SECONDS = 600;

/** Who is asking, or GitHub's refusal. Any token is a person's, unless the App has been given it. */
export function identify(header: string | undefined, app: PlayedApp | undefined): Caller | Answer {
  const [, token] = /^(?:token|bearer) (\S+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) return refuse(401, 'Requires authentication');
  if (token.split('.').length === 3) return app === undefined ? BAD_CREDENTIALS : identifyApp(token, app);
  const [, installation] = /^ghs_played_(\d+)_/.exec(token) ?? [];
  if (installation === undefined) return { kind: 'person' };
  const repositories = app?.installations.get(Number(installation));
  return repositories === undefined ? BAD_CREDENTIALS : { kind: 'installation', repositories };
}

function identifyApp(token: string, app: PlayedApp): Caller | Answer {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url')))
    return BAD_CREDENTIALS;
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  const now = Date.now() / 1_000;
  if (Number(iss) !== app.id) return BAD_CREDENTIALS;
  if (Number(iat) > now + 60) return refuse(401, "'Issued at' claim ('iat') must be an Integer in the past");
  if (Number(exp) < now || Number(exp) > now + LONGEST_JWT_SECONDS + 60) {
    return refuse(401, "'Expiration time' claim ('exp') is too far in the future or past");
  }
  return { kind: 'app', app };
}

/** What is asked of GitHub itself rather than of a repository; undefined for everything else. */
export function answerAccess(
  operation: string,
  {
    caller,
    path,
    repository,
  }: { caller: Caller; path: Record<string, string>; repository: Repository | undefined },
): Answer | undefined {
  switch (operation) {
    case 'GET /rate_limit':
      return ok({ rate: { limit: 5_000, remaining: 4_999, reset: 0, used: 1 }, resources: {} });
    case 'GET /user':
      return caller.kind === 'person' ? ok(showPerson(BATON)) : refuse(403, 'Resource not accessible');
    case 'GET /app':
      return asApp(caller, (app) => ok({ id: app.id, slug: 'baton', name: 'Baton' }));
    case 'GET /app/installations':
      return asApp(caller, (app) => ok([...app.installations.keys()].map((id) => ({ id }))));
    case 'GET /repos/{owner}/{repo}/installation':
      return asApp(caller, (app) => {
        const [id] = [...app.installations].find(([, names]) => names.includes(repository?.name ?? '')) ?? [];
        return id === undefined ? NOT_FOUND : ok({ id, app_id: app.id });
      });
    case 'POST /app/installations/{installation_id}/access_tokens':
      return asApp(caller, (app) => {
        const id = Number(path['installation_id']);
        if (!app.installations.has(id)) return NOT_FOUND;
        const expires_at = new Date(Date.now() + 3_600_000).toISOString();
        const token = `ghs_played_${id}_${nextId()}`;
        return {
          status: 201,
          body: { token, expires_at, permissions: {}, repository_selection: 'selected' },
        };
      });
    default:
      return undefined;
  }
}

function asApp(caller: Caller, answer: (app: PlayedApp) => Answer): Answer {
  return caller.kind === 'app' ? answer(caller.app) : refuse(401, 'A JSON web token could not be decoded');
}
