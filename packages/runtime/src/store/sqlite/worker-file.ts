/** Where a worker's code is: beside the module that starts it, as TypeScript in the source tree and as JavaScript in a build. */
export function workerFile(module: string, name: string): URL {
  return new URL(`./${name}${module.endsWith('.ts') ? '.ts' : '.js'}`, module);
}
