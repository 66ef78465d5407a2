/** Why a query gave no rows. */
export type QueryErrorCode =
  | 'QUERY_INVALID'
  | 'QUERY_REFUSED'
  | 'QUERY_TIMEOUT'
  | 'QUERY_TOO_LARGE'
  | 'QUERY_UNAVAILABLE';

export class QueryError extends Error {
  readonly code: QueryErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: QueryErrorCode, message: string, hint: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'QueryError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}
