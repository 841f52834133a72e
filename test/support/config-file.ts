import { parseConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { Config } from '../../src/config/schema.ts';

/** A small good `baton.yml`, to which tests add what is wrong. */
export const GOOD = `slack:
  workspace: T0ACME
services:
  api: { repository: acme/api }
  web: { repository: acme/web }
environments:
  staging:
    services: [api, web]
    driver: { type: command, argv: [./deploy] }
`;

export function configIn(text: string | Buffer): Config {
  return parseConfig('baton.yml', Buffer.from(text));
}

/** The lines of the message with which the text is refused; none when it is good. */
export function problemsIn(text: string | Buffer): string[] {
  try {
    configIn(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}
