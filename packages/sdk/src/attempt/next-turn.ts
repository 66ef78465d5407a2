/**
 * Runs `task` when user code has come to rest: in a later turn of the event loop, when all promises that could go on have gone on.
 *
 * A timer is the last resort, because platforms without `setImmediate` slow repeated timers down.
 */
export const nextTurn: (task: () => void) => void =
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : (task) => void setTimeout(task, 0);
