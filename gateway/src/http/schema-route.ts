import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../identity/identity.ts';
import type { Runtime } from '../supergraph/runtime.ts';

/** `GET /schema.graphql`: the API of the supergraph that is served now, for signed-in callers, with an ETag. */
export function schemaRoute(
  app: FastifyInstance,
  { runtime, authenticate }: { runtime: Runtime; authenticate: Authenticate },
): void {
  app.get('/schema.graphql', async ({ headers }, reply) => {
    await authenticate({ headers, params: null });
    const { apiSdl } = runtime;
    const tag = `"${createHash('sha256').update(apiSdl).digest('base64url')}"`;
    reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
    const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
    if (known?.includes(tag)) return reply.code(304).send();
    return reply.type('application/graphql; charset=utf-8').send(apiSdl);
  });
}
