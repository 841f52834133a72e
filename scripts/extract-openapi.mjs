/**
 * Cuts the operations that Baton uses out of GitHub's published OpenAPI description (npm package @octokit/openapi, MIT)
 * and writes playground/github/openapi.json. Only what a request may look like is kept: no answers, no prose.
 *
 *   node scripts/extract-openapi.mjs [folder of an unpacked package]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = '@octokit/openapi@23.0.2';

const REPOSITORY = '/repos/{owner}/{repo}';
const OPERATIONS = [
  'GET /rate_limit',
  'GET /user',
  'GET /app',
  'GET /app/installations',
  'POST /app/installations/{installation_id}/access_tokens',
  `GET ${REPOSITORY}`,
  `GET ${REPOSITORY}/installation`,
  `GET ${REPOSITORY}/branches`,
  `GET ${REPOSITORY}/branches/{branch}`,
  `GET ${REPOSITORY}/tags`,
  `GET ${REPOSITORY}/collaborators/{username}/permission`,
  `GET ${REPOSITORY}/commits`,
  `GET ${REPOSITORY}/commits/{ref}`,
  `GET ${REPOSITORY}/commits/{commit_sha}/branches-where-head`,
  `GET ${REPOSITORY}/commits/{commit_sha}/pulls`,
  `GET ${REPOSITORY}/commits/{ref}/check-runs`,
  `GET ${REPOSITORY}/commits/{ref}/status`,
  `GET ${REPOSITORY}/compare/{basehead}`,
  `GET ${REPOSITORY}/git/commits/{commit_sha}`,
  `GET ${REPOSITORY}/git/ref/{ref}`,
  `GET ${REPOSITORY}/git/matching-refs/{ref}`,
  `GET ${REPOSITORY}/git/tags/{tag_sha}`,
  `GET ${REPOSITORY}/pulls`,
  `GET ${REPOSITORY}/pulls/{pull_number}`,
  `GET ${REPOSITORY}/labels`,
  `POST ${REPOSITORY}/labels`,
  `GET ${REPOSITORY}/labels/{name}`,
  `PATCH ${REPOSITORY}/labels/{name}`,
  `GET ${REPOSITORY}/issues/{issue_number}/labels`,
  `POST ${REPOSITORY}/issues/{issue_number}/labels`,
  `DELETE ${REPOSITORY}/issues/{issue_number}/labels/{name}`,
  `GET ${REPOSITORY}/issues/{issue_number}/comments`,
  `POST ${REPOSITORY}/issues/{issue_number}/comments`,
  `GET ${REPOSITORY}/issues/comments/{comment_id}`,
  `PATCH ${REPOSITORY}/issues/comments/{comment_id}`,
  `GET ${REPOSITORY}/issues/{issue_number}/events`,
  `GET ${REPOSITORY}/deployments`,
  `POST ${REPOSITORY}/deployments`,
  `GET ${REPOSITORY}/deployments/{deployment_id}`,
  `GET ${REPOSITORY}/deployments/{deployment_id}/statuses`,
  `POST ${REPOSITORY}/deployments/{deployment_id}/statuses`,
  `GET ${REPOSITORY}/actions/runs`,
  `GET ${REPOSITORY}/actions/runs/{run_id}`,
  `POST ${REPOSITORY}/actions/runs/{run_id}/cancel`,
  `GET ${REPOSITORY}/actions/workflows`,
  `GET ${REPOSITORY}/actions/workflows/{workflow_id}`,
  `GET ${REPOSITORY}/actions/workflows/{workflow_id}/runs`,
  `POST ${REPOSITORY}/actions/workflows/{workflow_id}/dispatches`,
];

const PROSE = new Set(['description', 'example', 'examples', 'title', 'externalDocs', 'x-github']);

const [given] = process.argv.slice(2);
const folder = given ?? unpack();
try {
  const file = join(folder, 'generated', 'api.github.com.json');
  const description = JSON.parse(readFileSync(file, 'utf8'));
  const slim = {
    source: PACKAGE,
    version: description.info.version,
    operations: OPERATIONS.map((name) => extract(description, name)),
  };
  const text = `${JSON.stringify(slim, null, 1)}\n`;
  writeFileSync(new URL('../playground/github/openapi.json', import.meta.url), text);
  console.log(`${OPERATIONS.length} operations, ${Math.ceil(text.length / 1_024)} KB`);
} finally {
  if (given === undefined) rmSync(join(folder, '..'), { recursive: true, force: true });
}

function unpack() {
  const place = mkdtempSync(join(tmpdir(), 'openapi-'));
  const options = { cwd: place, encoding: 'utf8' };
  const archive = execFileSync('npm', ['pack', '--silent', PACKAGE], options).trim().split('\n').at(-1);
  execFileSync('tar', ['-xzf', archive, 'package/generated/api.github.com.json'], options);
  return join(place, 'package');
}

function extract(description, operationName) {
  const [method, path] = operationName.split(' ');
  const operation = description.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${PACKAGE} has no ${operationName}`);
  const parameters = (operation.parameters ?? []).map((parameter) => whole(description, parameter));
  const body = operation.requestBody?.content?.['application/json']?.schema;
  return {
    method,
    path,
    parameters: parameters.map(({ name, in: place, required = false, schema }) => ({
      name,
      in: place,
      required,
      schema: withoutProse(schema),
    })),
    body: body && {
      required: operation.requestBody.required ?? false,
      schema: withoutProse(whole(description, body)),
    },
  };
}

/** The value with every reference replaced by what it points at. */
function whole(description, value) {
  if (Array.isArray(value)) return value.map((item) => whole(description, item));
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$ref === 'string') {
    const steps = value.$ref.replace('#/', '').split('/');
    return whole(
      description,
      steps.reduce((place, step) => place[step], description),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, whole(description, item)]));
}

function withoutProse(schema) {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, item]) => !PROSE.has(key) || isProperty(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutProse(item)]));
}

/** True where `description` or `title` is the name of a property rather than words about one. */
function isProperty(item) {
  return typeof item === 'object' && item !== null && ('type' in item || 'oneOf' in item || 'anyOf' in item);
}
