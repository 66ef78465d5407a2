/**
 * Loaded before the main module of a service process: `@restatedev/restate-sdk` is then version 1.9 for all that the process
 * imports, so that the very same services run on it.
 */
import { registerHooks } from 'node:module';

const current = '@restatedev/restate-sdk';
const older = 'restate-sdk-1.9';

registerHooks({
  resolve: (specifier, context, next) =>
    next(
      specifier === current || specifier.startsWith(`${current}/`)
        ? older + specifier.slice(current.length)
        : specifier,
      context,
    ),
});
