export interface CommandFailureOptions {
  readonly message: string;
  readonly hint: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly httpStatus?: number;
  readonly cause?: unknown;
}

/** A failure with a stable code: of this program, or as the runtime answered it. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Set when the runtime answered: what a code that this release does not know means is told from it. */
  readonly httpStatus: number | undefined;

  constructor(code: string, options: CommandFailureOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.httpStatus = options.httpStatus;
  }
}

/** All has been said already; what is left is the exit code. */
export class ReportedFailure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The command ended with exit code ${exitCode}.`);
    this.name = 'ReportedFailure';
    this.exitCode = exitCode;
  }
}
