import { createHash } from 'node:crypto';
import { parseConfig, readConfigFile } from './load.ts';
import { ConfigError } from './problem.ts';
import type { Config } from './schema.ts';

interface Watched {
  readonly path: string;
  /** Told of each new configuration that is good, with the SHA-256 of the file in hexadecimal. */
  readonly onChange: (config: Config, digest: string) => void;
  /** Told once of each content that is bad; what was in force stays in force. No digest where nothing could be read. */
  readonly onError: (error: ConfigError, digest: string | undefined) => void;
  readonly everySeconds?: number;
}

interface Watch {
  close(): void;
}

export interface OpenConfig extends Watch {
  /** The newest good configuration. */
  readonly current: Config;
  /** SHA-256 of its file in hexadecimal. */
  readonly digest: string;
}

/** Loads the configuration and keeps it up to date. Throws ConfigError when it is bad from the beginning. */
export async function openConfig({ onChange, ...watched }: Watched): Promise<OpenConfig> {
  const before = await lookAt(watched.path);
  if (before instanceof ConfigError) throw before;
  let current = parseConfig(watched.path, before);
  let digest = digestOf(before);
  const take = (config: Config, newDigest: string) => {
    current = config;
    digest = newDigest;
    onChange(config, newDigest);
  };
  const watch = watchFrom({ ...watched, onChange: take }, markOf(before));
  return {
    close: () => watch.close(),
    get current() {
      return current;
    },
    get digest() {
      return digest;
    },
  };
}

/**
 * Looks at the content again and again: file events miss editors that rename and the symbolic links of a mounted
 * ConfigMap. A content counts when it was the same twice, so that a half-written one is not judged.
 */
function watchFrom({ path, onChange, onError, everySeconds = 1 }: Watched, first: string): Watch {
  let judged = first;
  let seen = first;
  let timer = setTimeout(look, everySeconds * 1_000).unref();
  let closed = false;

  function look(): void {
    void lookAt(path).then((content) => {
      if (closed) return;
      timer = setTimeout(look, everySeconds * 1_000).unref();
      const mark = markOf(content);
      const settled = mark === seen && mark !== judged;
      seen = mark;
      if (!settled) return;
      judged = mark;
      judge(content);
    });
  }

  function judge(content: Buffer | ConfigError): void {
    if (content instanceof ConfigError) return onError(content, undefined);
    const config = parsed(path, content);
    if (config instanceof ConfigError) onError(config, digestOf(content));
    else onChange(config, digestOf(content));
  }

  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

async function lookAt(path: string): Promise<Buffer | ConfigError> {
  try {
    return await readConfigFile(path);
  } catch (error) {
    return asConfigError(path, error);
  }
}

function parsed(path: string, content: Buffer): Config | ConfigError {
  try {
    return parseConfig(path, content);
  } catch (error) {
    return asConfigError(path, error);
  }
}

/** Whatever a file does to the parser, a running Baton keeps the configuration that it has. */
function asConfigError(path: string, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError(path, [{ line: 0, column: 0, key: '', says: `cannot be read: ${String(error)}` }]);
}

function markOf(content: Buffer | ConfigError): string {
  return content instanceof ConfigError ? content.message : digestOf(content);
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
