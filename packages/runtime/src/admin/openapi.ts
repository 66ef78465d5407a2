import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';

/** The document of every route that is described; generated from the routes, and committed as openapi.golden.json. */
export async function describeApi(app: Hono, version: string): Promise<object> {
  return generateSpecs(app, {
    documentation: {
      info: {
        title: 'Holdfast admin API',
        version,
        description: 'HTTP for operators. Paths and shapes follow Restate where the notion is the same.',
      },
    },
  });
}

export function addOpenapi(app: Hono, parts: { readonly version: string }): void {
  let document: Promise<object> | undefined;
  app.get('/openapi', async (context) => {
    document ??= describeApi(app, parts.version);
    return context.json(await document);
  });
}
