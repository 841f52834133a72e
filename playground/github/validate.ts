import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import description from './openapi.json' with { type: 'json' };

/** One thing that GitHub offers, and what a request for it may look like, cut from its published description. */
export interface Operation {
  /** Such as `GET /repos/{owner}/{repo}`. */
  readonly name: string;
  readonly method: string;
  readonly matches: RegExp;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly check: Compiled } | undefined;
}

interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly check: Compiled;
}

/** Compiled at its first use: nobody meets all of GitHub. */
type Compiled = () => ValidateFunction;

/** Parameters whose published format is narrower than what GitHub documents for them (search syntax such as `>=2030`). */
const WIDER = new Set(['created']);

/** Limits that GitHub enforces and does not publish. */
const DESCRIPTION = { description: { type: 'string', maxLength: 140, nullable: true } };
const ADDRESS = { type: 'string', pattern: '^https?://' };
const UNPUBLISHED: Record<string, object> = {
  'POST /repos/{owner}/{repo}/deployments': { properties: DESCRIPTION },
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': {
    properties: { ...DESCRIPTION, log_url: ADDRESS, target_url: ADDRESS, environment_url: ADDRESS },
  },
};

const ajv = new Ajv({ allErrors: true, strict: false, coerceTypes: false });
const asText = new Ajv({ allErrors: true, strict: false, coerceTypes: true });
for (const checker of [ajv, asText]) {
  // ajv-formats is CommonJS: its function is the module itself or its default, by who loads it.
  const add = 'default' in formats ? (formats.default as unknown as typeof formats) : formats;
  (add as unknown as (checker: Ajv) => void)(checker);
}

export const OPERATIONS: readonly Operation[] = description.operations.map((operation) => {
  const name = `${operation.method} ${operation.path}`;
  const pattern = operation.path.replaceAll(/\{[^}]+\}/g, '([^/]+)');
  const body = 'body' in operation ? operation.body : undefined;
  return {
    name,
    method: operation.method,
    matches: new RegExp(`^${pattern}$`),
    parameters: operation.parameters.map(({ name: parameter, in: place, required, schema }) => ({
      name: parameter,
      place,
      required,
      check: compiled(
        asText,
        WIDER.has(parameter) ? {} : { type: 'object', properties: { value: eitherOf(schema) } },
      ),
    })),
    body: body && {
      required: body.required,
      check: compiled(ajv, { allOf: [closed(body.schema), UNPUBLISHED[name] ?? {}] }),
    },
  };
});

function compiled(checker: Ajv, schema: object): Compiled {
  let check: ValidateFunction | undefined;
  return () => {
    check ??= checker.compile(schema);
    return check;
  };
}

export interface Asked {
  readonly operation: Operation;
  /** Values from the path, decoded. */
  readonly path: Record<string, string>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What is wrong with a request by GitHub's own description; empty when nothing is. */
export function violationsOf({ operation, path, query, body }: Asked): string[] {
  const values = new Map([...Object.entries(path), ...query]);
  const known = new Set(
    operation.parameters.filter(({ place }) => place === 'query').map(({ name }) => name),
  );
  const unknown = [...query.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `there is no parameter ${name}`);
  const wrong = operation.parameters.flatMap(({ name, place, required, check }) => {
    const value = values.get(name);
    if (value === undefined)
      return required && place !== 'header' ? [`the parameter ${name} is missing`] : [];
    return check()({ value }) ? [] : [`the parameter ${name} ${asText.errorsText(check().errors)}`];
  });
  return [...unknown, ...wrong, ...bodyViolations(operation, body)];
}

function bodyViolations({ body: wanted }: Operation, body: unknown): string[] {
  if (body === undefined) return wanted?.required === true ? ['the body is missing'] : [];
  if (wanted === undefined) return ['a body is not expected'];
  return wanted.check()(body) ? [] : [ajv.errorsText(wanted.check().errors, { dataVar: 'body' })];
}

/** In an address all is text, so of "a number or a text" a number is both, and not one of them alone. */
function eitherOf(schema: object): object {
  if (!('oneOf' in schema)) return schema;
  const { oneOf, ...rest } = schema;
  return { ...rest, anyOf: oneOf };
}

/** The schema with unknown keys forbidden wherever keys are listed: GitHub's own leaves them open. */
function closed(schema: unknown): object {
  return deep(schema) as object;
}

function deep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== 'object' || value === null) return value;
  const inside = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item)]));
  const listsKeys = 'properties' in value && !('additionalProperties' in value);
  return listsKeys ? { ...inside, additionalProperties: false } : inside;
}
