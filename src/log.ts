import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { type DestinationStream, type LevelWithSilent, type Logger, pino, symbols } from 'pino';
import { redactor } from './redact.ts';

/** The same line at most so often a second: an outage must not fill the disk. */
const SAME_LINE_A_SECOND = 10;

export interface LogOptions {
  readonly level: LevelWithSilent;
  /** Values that must never get out; the set may grow after the logger was made. */
  readonly secrets: ReadonlySet<string>;
  /** `stderr` for roles that print their result on stdout. */
  readonly to?: 'stdout' | 'stderr';
  /** Where lines go instead, for tests. */
  readonly write?: (line: string) => void;
}

/** JSON lines, or coloured text on a terminal. Whatever is logged, secrets are taken out of the finished line. */
export function createLogger({ level, secrets, to = 'stdout', write }: LogOptions): Logger {
  const redact = redactor(secrets);
  const target = write === undefined ? destination(to) : { write };
  const limit = sameLineLimit();
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutCommand },
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(args, method, number) {
          if (number < 40 || limit(lineKey(this, args))) method.apply(this, args);
        },
      },
    },
    { write: (line: string) => target.write(redact(line)) },
  );
}

function destination(to: 'stdout' | 'stderr'): DestinationStream {
  const fd = to === 'stdout' ? 1 : 2;
  if (isatty(fd)) {
    const pretty = prettyDestination(fd);
    if (pretty !== undefined) return pretty;
  }
  // Lines of the same moment go out together; the last ones before an end or a crash are not lost.
  const stream = pino.destination({ dest: fd, sync: false });
  process.on('exit', () => stream.flushSync());
  return stream;
}

/** pino-pretty is for development and need not be installed. */
function prettyDestination(fd: number): DestinationStream | undefined {
  try {
    const pretty = createRequire(import.meta.url)('pino-pretty') as (options: object) => DestinationStream;
    return pretty({ destination: fd, sync: true, colorize: true, translateTime: 'SYS:HH:MM:ss' });
  } catch {
    return undefined;
  }
}

/** ioredis hangs the command with all its arguments on an error: whole jobs, and the password at sign-in. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const shown: Record<string, unknown> = { ...pino.stdSerializers.errWithCause(error), command: undefined };
  return error.cause === undefined ? shown : { ...shown, cause: withoutCommand(error.cause) };
}

/** What makes two lines the same: all but the time. */
function lineKey(logger: Logger, args: readonly unknown[]): string {
  const bindings: unknown = Reflect.get(logger, symbols.chindingsSym);
  try {
    return `${String(bindings)}${JSON.stringify(args, errorsByMessage)}`;
  } catch {
    return String(bindings); // circular
  }
}

function errorsByMessage(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

function sameLineLimit(): (key: string) => boolean {
  let second = 0;
  const counts = new Map<string, number>();
  return (key) => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) counts.clear();
    second = now;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= SAME_LINE_A_SECOND;
  };
}
