import type { Clock } from '@desk/kit/clock';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { agentsOf, principalOf, type Principal } from './principal.ts';
import type { Store } from './store.ts';

const query = z.object({ login: z.string().min(1).max(200) });

/** `GET /principals?login=`: who signs in under a subject or client id, for the gateway. `{principal: null}`: nobody. */
export function principalsRoute(app: FastifyInstance, store: Store, clock: Clock): void {
  app.get('/principals', async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return reply.code(400).send({ message: 'login is a text of 1 to 200 characters' });
    const found = await store.findLogin(asked.data.login);
    const principal = found && principalOf(found, await store.authorizationsOf(agentsOf(found), clock.now()));
    return { principal } satisfies { principal: Principal | null };
  });
}
