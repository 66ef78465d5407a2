/** What the runtime, its query process and that one's thread say to each other. */
import type { QueryErrorCode } from './query-error.ts';

export interface QueryRequest {
  readonly number: number;
  readonly sql: string;
  /** Bound to `?` in order. */
  readonly values: readonly string[];
  /** Further rows are left out, and the answer says so. */
  readonly rowsMax: number;
  /** Of the cells, about. */
  readonly bytesMax: number;
}

/** A cell that is safe in JSON: bytes are base64, integers beyond 2^53 are text. */
export type QueryCell = string | number | boolean | null;

export type JsonRow = Readonly<Record<string, QueryCell>>;

export type QueryAnswer =
  | {
      readonly number: number;
      readonly kind: 'rows';
      readonly columns: readonly string[];
      /** Cells in the order of the columns. */
      readonly rows: readonly (readonly QueryCell[])[];
      readonly truncated: boolean;
    }
  | {
      readonly number: number;
      readonly kind: 'failed';
      readonly code: Extract<QueryErrorCode, 'QUERY_INVALID' | 'QUERY_REFUSED' | 'QUERY_TOO_LARGE'>;
      readonly message: string;
    };
