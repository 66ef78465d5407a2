/** Main module of a process that tests start: the command line, from source. */
import { main } from './main.ts';

await main();
