/** What the runtime and its query process say to each other. */

export interface QueryRequest {
  readonly number: number;
  readonly sql: string;
  readonly values: readonly string[];
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export type JsonRow = Readonly<Record<string, string | number | boolean | null>>;

export type QueryAnswer =
  | { readonly number: number; readonly kind: 'rows'; readonly rows: readonly JsonRow[]; readonly truncated: boolean }
  | {
      readonly number: number;
      readonly kind: 'failed';
      readonly code: 'QUERY_INVALID' | 'QUERY_REFUSED' | 'QUERY_TOO_LARGE';
      readonly message: string;
    };
