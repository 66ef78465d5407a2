import { pino, stdSerializers } from 'pino';
import type { Logger, LoggerOptions } from 'pino';
import { readableLines } from './readable-lines.ts';

/** Structured log of the runtime. Fields first, then a plain sentence. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: readable on a terminal, JSON otherwise. */
  readonly format: 'auto' | 'json' | 'readable';
}

// Whatever a caller or a deployment sends as a secret must not be found in a log, however the object around it is named.
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-restate-jwt-v1',
  'password',
  'token',
  'secret',
];
const redactedPaths = secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** Logs to standard error; standard output belongs to what the user asked for. */
export function openLog(options: LogOptions): Log {
  const isReadable = options.format === 'readable' || (options.format === 'auto' && process.stderr.isTTY);
  const destination = isReadable ? readableLines(process.stderr) : pino.destination({ dest: 2, sync: true });
  return pino(logOptions(options.level), destination);
}

export function logOptions(level: LogOptions['level']): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (name) => ({ level: name }) },
    serializers: { error: stdSerializers.errWithCause },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
}
