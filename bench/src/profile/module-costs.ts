import type { Frame, FrameTime } from './cpu-profile.ts';
import { idleModule, moduleOf, ownerOf } from './module-of.ts';

export interface ModuleCost {
  readonly module: string;
  /** Its own code, per operation. */
  readonly selfUs: number;
  /** Its own code and whatever it called that is not ours, per operation; 0 for what is not ours. */
  readonly withInternalsUs: number;
}

export interface FunctionCost {
  readonly module: string;
  readonly functionName: string;
  readonly file: string;
  readonly selfUs: number;
}

export interface Costs {
  /** Per operation, idling not included. */
  readonly totalUs: number;
  readonly modules: readonly ModuleCost[];
  readonly functions: readonly FunctionCost[];
}

export function costsOf(times: readonly FrameTime[], operations: number): Costs {
  const busy = times.filter(({ frame }) => moduleOf(frame) !== idleModule());
  const self = new Map<string, number>();
  const owned = new Map<string, number>();
  const functions = new Map<string, FunctionCost>();
  for (const { frame, selfUs } of busy) {
    const perOperationUs = selfUs / operations;
    const module = moduleOf(frame);
    add(self, module, perOperationUs);
    const owner = ownerOf(frame);
    if (owner !== undefined) add(owned, owner, perOperationUs);
    const functionName = frame.functionName || '(anonymous)';
    const file = fileOf(frame);
    const key = `${module} ${functionName} ${file}`;
    const before = functions.get(key)?.selfUs ?? 0;
    functions.set(key, { module, functionName, file, selfUs: before + perOperationUs });
  }
  const names = new Set([...self.keys(), ...owned.keys()]);
  const modules = [...names].map((module) => ({
    module,
    selfUs: self.get(module) ?? 0,
    withInternalsUs: owned.get(module) ?? 0,
  }));
  return {
    totalUs: [...self.values()].reduce((sum, one) => sum + one, 0),
    modules: modules.toSorted((a, b) => b.selfUs - a.selfUs),
    functions: [...functions.values()].toSorted((a, b) => b.selfUs - a.selfUs),
  };
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** As a reader of the sources knows it; of a native function, where it was called. */
function fileOf(frame: Frame): string {
  if (frame.url === '') return frame.caller === undefined || frame.caller.url === '' ? 'native' : fileOf(frame.caller);
  return frame.url.replace(/^.*\/(?:packages|node_modules)\//, '').replace(/\/dist\/(.*)\.js$/, '/src/$1.ts');
}
