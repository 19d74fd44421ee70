import type { TimeSource } from '@desk/kit/time/time-source';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuthorizationStore } from '../authorization/store.ts';
import { agentsOf, type Principal } from './principal.ts';
import type { PrincipalStore } from './store.ts';
import { principalOf } from './view.ts';

const query = z.object({ login: z.string().min(1).max(200) });

/**
 * `GET /principals?login=`: the principal that signs in under a subject or client id, for the gateway. `{principal: null}` where
 * there is none.
 */
export function principalsRoute(
  app: FastifyInstance,
  store: PrincipalStore & Pick<AuthorizationStore, 'authorizationsOf'>,
  time: TimeSource,
): void {
  app.get('/principals', async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return reply.code(400).send({ message: 'login must be one text of 1 to 200 characters' });
    const found = await store.findLogin(asked.data.login);
    const principal = found && principalOf(found, await store.authorizationsOf(agentsOf(found), time.now()));
    return { principal } satisfies { principal: Principal | null };
  });
}
