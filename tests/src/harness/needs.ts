import type { TestOptions } from 'vitest';
import { chosenConfiguration } from './configuration.ts';
import type { Capability } from './configuration.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the test says nothing about the configuration that the suite runs in. */
    notApplicable?: string;
  }
}

/**
 * Says what a test or `describe` needs, as its second argument; in a configuration that lacks it, it is reported as not applicable
 * with the reason that configuration.ts gives. The only way in which a conformance test may be left out.
 *
 *     test('a signal wakes its invocation', needs('signals'), async () => { … });
 */
export function needs(...capabilities: readonly Capability[]): TestOptions {
  const { lacks } = chosenConfiguration();
  const reason = capabilities.map((one) => lacks[one]).find((one) => one !== undefined);
  return reason === undefined ? {} : { skip: true, meta: { notApplicable: reason } };
}
