export { runCommandLine } from './main.ts';
export type { Terminal } from './terminal.ts';
