import { defineConfig } from 'vitest/config';

// Tests import the packages from source, so that a stale build can never make a test pass.
const fromSource = {
  resolve: { conditions: ['holdfast-source'] },
  ssr: { resolve: { conditions: ['holdfast-source'] } },
};

// Real processes on a machine that others use too: one more try tells a slow moment from a defect.
const retries = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'catalogue/src/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'tests/src/report/**/*.test.ts',
          ],
          testTimeout: 20_000,
          retry: retries,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'promises',
          include: ['tests/src/**/*.test.ts'],
          exclude: ['tests/src/report/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: 'scripts/fresh-build.ts',
          // Each file starts real processes; two cores carry one such file at a time.
          fileParallelism: false,
          retry: retries,
        },
      },
    ],
  },
});
