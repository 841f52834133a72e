import * as z from 'zod';
import { valueAt } from './problem.ts';
import { Config } from './schema.ts';

/** A part of the JSON Schema of `baton.yml`, as far as messages and tests read it. */
export interface SchemaPart {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly items?: SchemaPart;
  readonly oneOf?: readonly SchemaPart[];
  readonly const?: unknown;
}

/** What may be written in `baton.yml`, for editors and for messages (JSON Schema, draft 7). */
export function configJsonSchema(): SchemaPart {
  const { $schema, ...schema } = z.toJSONSchema(Config, { io: 'input', target: 'draft-7' });
  const title = 'baton.yml';
  const description = 'The configuration of Baton';
  return JSON.parse(JSON.stringify({ $schema, title, description, ...schema }));
}

let made: SchemaPart | undefined;

/** The keys that may stand in the section at the path of this value. */
export function keysAllowedAt(path: readonly PropertyKey[], value: unknown): readonly string[] {
  made ??= configJsonSchema();
  let part: SchemaPart | undefined = made;
  let here = value;
  for (const step of path) {
    part = stepInto(part, step, here);
    here = valueAt(here, step);
  }
  return Object.keys(pick(part, here)?.properties ?? {});
}

function stepInto(part: SchemaPart | undefined, step: PropertyKey, value: unknown): SchemaPart | undefined {
  const picked = pick(part, value);
  if (typeof step === 'number') return picked?.items;
  const further = picked?.additionalProperties;
  return own(picked?.properties, String(step)) ?? (typeof further === 'object' ? further : undefined);
}

/** Of the shapes of a driver the one that its `type` names. */
function pick(part: SchemaPart | undefined, value: unknown): SchemaPart | undefined {
  if (part?.oneOf === undefined) return part;
  return part.oneOf.find(({ properties }) => properties?.['type']?.const === valueAt(value, 'type'));
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
