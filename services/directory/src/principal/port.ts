import type { TimeSource } from '@desk/kit/time/time-source';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuthorizationStore } from '../authorization/store.ts';
import type { OrganizationStore } from '../organization/store.ts';
import { agentsOf, type Principal, type PrincipalRecord } from './principal.ts';
import type { PrincipalStore } from './store.ts';
import { principalOf } from './view.ts';

const query = z.object({ login: z.string().min(1).max(200) });

/** What knows all that the gateway decides by. */
export type PrincipalSource = PrincipalStore &
  Pick<AuthorizationStore, 'authorizationsOf'> &
  Pick<OrganizationStore, 'suspendedAmong'>;

/**
 * `GET /principals?login=`: the principal that signs in under a subject or client id, for the gateway. `{principal: null}` where
 * there is none.
 */
export function principalsRoute(app: FastifyInstance, store: PrincipalSource, time: TimeSource): void {
  app.get('/principals', async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return reply.code(400).send({ message: 'login must be one text of 1 to 200 characters' });
    const found = await store.findLogin(asked.data.login);
    const principal = found && (await readPrincipal(store, found, time.now()));
    return { principal } satisfies { principal: Principal | null };
  });
}

/** The principal of a record at an instant. */
export async function readPrincipal(store: PrincipalSource, record: PrincipalRecord, at: Date): Promise<Principal> {
  const authorizations = await store.authorizationsOf(agentsOf(record), at);
  const organizations = [...record.memberships, ...authorizations].map(({ organizationId }) => organizationId);
  return principalOf(record, authorizations, await store.suspendedAmong(organizations));
}
