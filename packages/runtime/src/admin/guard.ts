import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Keeps web pages out: the admin API has no passwords on loopback, so a page in the operator's browser must not reach it.
 *
 * A page whose name was rebound to 127.0.0.1 shows in `Host`; a page of another origin that writes shows in `Origin` or
 * `Sec-Fetch-Site`. Programs send neither.
 */
export function guardAgainstPages(options: { readonly isLoopback: boolean }): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (options.isLoopback && !loopbackNames.has(nameOf(host))) throw hostRefused(host);
    const origin = context.req.header('origin');
    const site = context.req.header('sec-fetch-site');
    const isForeign = (origin !== undefined && !isSameOrigin(origin, host)) || site === 'cross-site';
    if (isForeign && context.req.method !== 'GET' && context.req.method !== 'HEAD') throw originRefused();
    await next();
  };
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function hostRefused(host: string): ApiError {
  return new ApiError('HOST_REFUSED', {
    message: `The admin API listens on this machine only, and was asked as ${JSON.stringify(host.slice(0, 100))}.`,
    hint: 'Use http://127.0.0.1 or http://localhost with the admin port.',
  });
}

function originRefused(): ApiError {
  return new ApiError('ORIGIN_REFUSED', {
    message: 'A web page of another origin asked for a change.',
    hint: 'Use the command line, the console of the runtime, or a program that is no web page.',
  });
}
