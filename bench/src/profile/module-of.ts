import type { Frame } from './cpu-profile.ts';

const internals: readonly (readonly [RegExp, string])[] = [
  [/^node:internal\/http2\//, 'node http2'],
  [/^node:(?:_http_|internal\/http|http)/, 'node http'],
  [/^node:(?:net|internal\/stream_base_commons|internal\/net)/, 'node net'],
  [/^node:(?:internal\/streams|stream|internal\/webstreams)/, 'node streams'],
  [/^node:(?:internal\/timers|timers)/, 'node timers'],
  [/^node:internal\/(?:process\/task_queues|async_hooks|process\/promises)/, 'node task queues'],
  [/^node:(?:events|internal\/event)/, 'node events'],
  [/^node:(?:buffer|internal\/buffer)/, 'node buffer'],
  [/^node:(?:internal\/worker|worker_threads|internal\/per_context\/messageport)/, 'node worker'],
];

/** What V8 calls the time that belongs to no function. */
const engineNames: Readonly<Record<string, string>> = {
  '(garbage collector)': 'gc',
  // Native code outside of calls: the event loop, system calls, parsers of HTTP, compilers.
  '(program)': 'native (event loop, system calls)',
  '(idle)': idleModule(),
  '(root)': 'v8',
};

/** Time in which the thread had nothing to do, which is no cost. */
export function idleModule(): string {
  return 'idle';
}

/**
 * The module whose cost a frame's own time is: a folder of the runtime, a package, or a kind of Node's internals.
 *
 * Native functions have no file; their time is their caller's, except for SQLite, which is worth telling apart.
 */
export function moduleOf(frame: Frame): string {
  const named = engineNames[frame.functionName];
  if (named !== undefined && frame.url === '') return named;
  if (frame.url === '') {
    const caller = frame.caller === undefined ? 'v8' : moduleOf(frame.caller);
    return caller === 'store' && /^(?:run|get|all|exec|iterate|next)$/.test(frame.functionName) ? 'sqlite' : caller;
  }
  const runtime = /\/packages\/runtime\/(?:dist|src)\/([^/]+)\//.exec(frame.url)?.[1];
  if (runtime !== undefined) return runtime;
  const own = /\/packages\/([^/]+)\//.exec(frame.url)?.[1];
  if (own !== undefined) return own;
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(frame.url)?.[1];
  if (dependency !== undefined) return dependency;
  return (
    internals.find(([pattern]) => pattern.test(frame.url))?.[1] ??
    (frame.url.startsWith('node:') ? 'node other' : 'other')
  );
}

/** The nearest of our own folders up the stack: for whom Node's internals and native code worked. */
export function ownerOf(frame: Frame): string | undefined {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.caller) {
    const owner = /\/packages\/(?:runtime\/(?:dist|src)\/([^/]+)\/|([^/]+)\/)/.exec(at.url);
    if (owner !== null) return owner[1] ?? owner[2];
  }
  return undefined;
}
