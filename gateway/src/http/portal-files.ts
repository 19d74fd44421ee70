import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** Paths that are never a page of the portal, so that a wrong one gets no HTML. */
const NO_PAGE = /^\/(graphql|healthz|readyz|metrics|session|schema\.graphql|assets|sign-in|sign-out|demo)(\/|$)/;

/**
 * Serves the portal's built files as they are at the start: hashed names under `/assets` for ever, the explorer, and the portal's page for
 * every other path that a browser opens. All other requests get `missing`.
 */
export async function portalFiles(app: FastifyInstance, directory: string, missing: () => never): Promise<void> {
  app.addHook('preHandler', async ({ routeOptions: { url } }, reply) => {
    const hashed = url?.startsWith('/assets/');
    reply.header('cache-control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    reply.header('vary', 'accept-encoding');
  });
  await app.register(fastifyStatic, {
    root: path.resolve(directory),
    index: false,
    // Each file is a route of its own, which leaves the wildcard to the portal's pages.
    wildcard: false,
    cacheControl: false,
    // The build has compressed each text once.
    preCompressed: true,
  });
  app.get('/explorer', async (_request, reply) => explorer(reply));
  app.get('/*', async (request, reply) => {
    const [where = '/'] = request.url.split('?');
    const opened = request.headers.accept?.includes('text/html') && !NO_PAGE.test(where);
    return opened ? reply.sendFile('index.html') : missing();
  });
}

/** The explorer's page. Its editor writes styles into the page, which the policy of every other page refuses. */
async function explorer(reply: FastifyReply): Promise<FastifyReply> {
  const policy = String(reply.getHeader('content-security-policy'));
  const relaxed = policy
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    .replace("img-src 'self'", "img-src 'self' data:");
  return reply.header('content-security-policy', relaxed).sendFile('explorer.html');
}
