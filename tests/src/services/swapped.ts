import * as restate from '@restatedev/restate-sdk';
import { servedVersion } from '../harness/serve-options.ts';
import { trace } from '../harness/trace-file.ts';

const version = servedVersion();

/**
 * Its versions present the same manifest and read a journal differently. Version "v1" is the code that a journal is
 * written with; the other versions are what may be behind the same address afterwards.
 */
export const swapped = restate.service({
  name: 'Swapped',
  handlers: {
    work: async (ctx: restate.Context, name: string) => {
      if (version === 'other-name') await ctx.run('charge twice', () => 'charged twice');
      else if (version === 'other-type') await ctx.sleep(1);
      else if (version === 'shorter') return 'nothing to do';
      else await ctx.run('charge', () => charge(name));

      const gate = ctx.awakeable<string>();
      trace(`gate ${name}`, gate.id);
      const word = await gate.promise;
      trace(`after the gate ${name} ${version}`);
      return ctx.run('finish', () => `${version} finished with ${word}`);
    },
  },
  options: { retryPolicy: { initialInterval: 20, maxInterval: 200 } },
});

function charge(name: string): string {
  trace(`charge ${name}`);
  return 'charged';
}

export const services = [swapped];
