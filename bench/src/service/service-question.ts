import type { ProgressReport } from './progress.ts';

/** What the service process can be asked. */
export interface ServiceQuestions {
  readonly port: { readonly question: undefined; readonly answer: number };
  readonly progress: { readonly question: undefined; readonly answer: ProgressReport };
  /** Streams that servers hold open here; 0 when everything that waits is suspended. */
  readonly openAttempts: { readonly question: undefined; readonly answer: number };
  readonly openGate: { readonly question: undefined; readonly answer: void };
}
