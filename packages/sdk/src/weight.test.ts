/** What a worker has to load. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const gzippedBytesMax = 60 * 1024;

test('a worker loads under 60 KB, no schema library and nothing of Node', async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { service, TerminalError } from './index.ts';
        import { createFetchHandler } from './endpoint/fetch/index.ts';
        const greeter = service({ name: 'Greeter', handlers: { greet: async () => { throw new TerminalError('no'); } } });
        export default { fetch: createFetchHandler({ services: [greeter] }) };`,
      resolveDir: join(import.meta.dirname),
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['holdfast-source'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs).join('\n');

  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(gzippedBytesMax);
  expect(inputs).not.toMatch(/node_modules\/zod|node:/);
  expect(inputs).toMatch(/@noble\/hashes/);
});
