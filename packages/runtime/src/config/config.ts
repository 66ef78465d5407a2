/**
 * The configuration of a runtime: one typed value, from a file, the environment and flags (see load-config.ts).
 *
 * Durations are text with a unit where people write them (`"30s"`), and milliseconds in here.
 */
import { z } from 'zod';
import { parseDuration } from '../duration.ts';

export interface Config {
  /** Folder that holds everything the runtime keeps. */
  readonly data: string;
  /** Address to listen on; others than loopback need `insecureBind`. */
  readonly bind: string;
  /** Listens beyond this machine although nobody is asked who they are. */
  readonly insecureBind: boolean;
  /** PEM file (PKCS#8, ed25519) of the key that signs requests to deployments. */
  readonly identityKey?: string | undefined;
  readonly ingress: {
    /** 0 = any free one, also for the admin port. */
    readonly port: number;
    readonly bodyBytesMax: number;
    /** Of all bodies that are not accepted yet; more are turned away. */
    readonly bufferedBytesMax: number;
    readonly headerBytesMax: number;
    /** Longest silence within a body. */
    readonly bodyIdle: number;
    /** Every waiting caller is one. */
    readonly openRequestsMax: number;
  };
  readonly admin: { readonly port: number; readonly bodyBytesMax: number };
  readonly invoker: {
    /** Attempts open at the same time, of one deployment about half of it; more work waits its turn. */
    readonly concurrentAttemptsMax: number;
    readonly messageBytesMax: number;
    /** Messages that are arriving or not on disk yet, all together; of one deployment about half of it. */
    readonly bufferedBytesMax: number;
    readonly connectTimeout: number;
  };
  readonly partition: {
    /** Commands that may wait; the next is refused with OVERLOADED. */
    readonly queuedCommandsMax: number;
  };
  readonly query: { readonly timeout: number; readonly rowsMax: number };
  /** What a handler gets that does not say otherwise in its manifest. */
  readonly defaults: {
    readonly inactivityTimeout: number;
    readonly abortTimeout: number;
    readonly journalRetention: number;
    readonly idempotencyRetention: number;
    readonly workflowRetention: number;
    readonly retryPolicy: {
      readonly initialInterval: number;
      readonly factor: number;
      readonly maxInterval: number;
      /** Counts the first attempt too. */
      readonly attemptsMax: number;
      readonly onMaxAttempts: 'pause' | 'kill';
    };
  };
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
    /** `auto`: readable on a terminal, JSON otherwise. */
    readonly format: 'auto' | 'json' | 'readable';
  };
}

const duration = (fallback: string) =>
  z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: `"${text}" is no duration; write it like 30s, 10m or 24h` });
      return z.NEVER;
    })
    .prefault(fallback);

const port = z.int().min(0).max(65_535);
const count = z.int().min(1);

const configSchema = z.strictObject({
  data: z.string().min(1).default('holdfast-data'),
  bind: z.string().min(1).default('127.0.0.1'),
  insecureBind: z.boolean().default(false),
  identityKey: z.string().min(1).optional(),
  ingress: z
    .strictObject({
      port: port.default(8080),
      bodyBytesMax: count.default(32 * 1024 * 1024),
      bufferedBytesMax: count.default(512 * 1024 * 1024),
      headerBytesMax: count.default(64 * 1024),
      bodyIdle: duration('30s'),
      openRequestsMax: count.default(50_000),
    })
    .prefault({}),
  admin: z
    .strictObject({
      port: port.default(9070),
      bodyBytesMax: count.default(32 * 1024 * 1024),
    })
    .prefault({}),
  invoker: z
    .strictObject({
      concurrentAttemptsMax: count.default(2_000),
      messageBytesMax: count.default(32 * 1024 * 1024),
      bufferedBytesMax: count.default(512 * 1024 * 1024),
      connectTimeout: duration('10s'),
    })
    .prefault({}),
  partition: z
    .strictObject({
      queuedCommandsMax: count.default(20_000),
    })
    .prefault({}),
  query: z
    .strictObject({
      timeout: duration('30s'),
      rowsMax: count.default(100_000),
    })
    .prefault({}),
  defaults: z
    .strictObject({
      inactivityTimeout: duration('1m'),
      abortTimeout: duration('10m'),
      journalRetention: duration('24h'),
      idempotencyRetention: duration('24h'),
      workflowRetention: duration('24h'),
      retryPolicy: z
        .strictObject({
          initialInterval: duration('500ms'),
          factor: z.number().min(1).default(2),
          maxInterval: duration('60s'),
          attemptsMax: count.default(70),
          onMaxAttempts: z.enum(['pause', 'kill']).default('pause'),
        })
        .prefault({}),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      format: z.enum(['auto', 'json', 'readable']).default('auto'),
    })
    .prefault({}),
});

/** A leaf of the configuration, as its sources name it. */
export interface Setting {
  /** Such as `['ingress', 'port']`. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
}

/** Every setting there is, in the order of the schema. */
export const settings: readonly Setting[] = listSettings(z.toJSONSchema(configSchema, { io: 'input' }), []);

function listSettings(schema: z.core.JSONSchema.BaseSchema, path: readonly string[]): Setting[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, child]) =>
      typeof child === 'boolean' ? [] : listSettings(child, [...path, name]),
    );
  }
  const { type } = schema;
  return [{ path, type: type === 'integer' || type === 'number' || type === 'boolean' ? type : 'string' }];
}

export type ParsedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'refused'; readonly problems: readonly ConfigProblem[] };

export interface ConfigProblem {
  readonly path: readonly string[];
  /** Names that are no settings, if that is the problem. */
  readonly unknownNames: readonly string[];
  readonly message: string;
}

/** Checks a tree of settings and fills in the defaults. */
export function parseConfig(tree: unknown): ParsedConfig {
  const parsed = configSchema.safeParse(tree);
  if (parsed.success) return { kind: 'config', config: parsed.data };
  const problems = parsed.error.issues.map((issue) => ({
    path: issue.path.map(String),
    unknownNames: issue.code === 'unrecognized_keys' ? issue.keys : [],
    message: issue.message,
  }));
  return { kind: 'refused', problems };
}
