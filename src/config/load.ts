import { createReadStream } from 'node:fs';
import { codeOf } from '../error-code.ts';
import { ConfigError, keyOf } from './problem.ts';
import { findMisfits } from './references.ts';
import type { Config } from './schema.ts';
import { readShape } from './shape.ts';
import { readYaml } from './yaml.ts';

const MOST_BYTES = 256 * 1024;

/** The configuration in the file. Throws ConfigError, which tells everything that is wrong with it. */
export async function loadConfig(path: string): Promise<{ config: Config }> {
  return { config: parseConfig(path, await readConfigFile(path)) };
}

/** The content of the file, as far as it may be a configuration: one byte more than allowed at most. */
export async function readConfigFile(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk);
  } catch (error) {
    const code = codeOf(error) ?? 'unknown';
    throw whole(path, WORDS[code] ?? `cannot be read (${code})`);
  }
  return Buffer.concat(chunks);
}

/** `path` is for the messages only. */
export function parseConfig(path: string, content: Buffer): Config {
  if (content.length > MOST_BYTES) {
    throw whole(path, `is larger than ${MOST_BYTES / 1024} KB, which no configuration is`);
  }
  const yaml = readYaml(decode(path, content));
  if ('problems' in yaml) throw new ConfigError(path, yaml.problems);
  if (yaml.value === null || yaml.value === undefined) {
    throw whole(path, 'is empty; baton.example.yml shows what may stand in it');
  }
  const misfits = findMisfits(yaml.value).map(({ path: at, inKey = false, says }) => {
    return { ...(inKey ? yaml.placeOfKey(at) : yaml.placeOfValue(at)), key: keyOf(at), says };
  });
  const shape = readShape(yaml);
  if ('problems' in shape) throw new ConfigError(path, [...shape.problems, ...misfits]);
  if (misfits.length > 0) throw new ConfigError(path, misfits);
  return shape.config;
}

function decode(path: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content); // takes a byte order mark away
  } catch {
    throw whole(path, 'is not text in UTF-8');
  }
}

function whole(path: string, says: string): ConfigError {
  return new ConfigError(path, [{ line: 0, column: 0, key: '', says }]);
}

const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file; copy baton.example.yml to begin with, or name another in BATON_CONFIG',
  EISDIR: 'is a folder, not a file; BATON_CONFIG must be the path of a configuration file',
  EACCES: 'may not be read by the user that Baton runs as',
};
