import type * as z from 'zod';
import { UnreadableError } from '../errors.ts';

/** A value as its schema has it, from the JSON that lies at the key. Throws UnreadableError: it is never repaired. */
export function parseStored<Schema extends z.ZodType>(
  schema: Schema,
  key: string,
  json: string,
): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    throw new UnreadableError(key, error);
  }
}
