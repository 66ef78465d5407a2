/**
 * Loaded into a process before its program, with `--import`: the wall clock of that process is off by as many milliseconds as the file in
 * HOLDFAST_TEST_CLOCK says, and changes when the file does. The monotonic clock and the timers of the operating system stay as they are,
 * as when the clock of a machine is set.
 */
import { openSync, readSync } from 'node:fs';

const path = process.env['HOLDFAST_TEST_CLOCK'];
if (path === undefined) throw new Error('HOLDFAST_TEST_CLOCK is not set; the clock is moved by MovableClock.');
const file = openSync(path, 'r');
const bytes = Buffer.alloc(32);
const wall = Date.now;

Date.now = () => {
  const length = readSync(file, bytes, 0, bytes.length, 0);
  return wall() + Number(bytes.toString('latin1', 0, length));
};
