import type { TimeSource } from '@desk/kit/time/time-source';
import { EMAIL_CHARACTERS_MAX } from '@desk/kit/api/scalars';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readPrincipal, type PrincipalSource } from '../principal/port.ts';
import { isLogin, type Principal } from '../principal/principal.ts';
import { acceptOldestInvitation, type PeopleParts } from './mutations.ts';

const body = z.strictObject({
  login: z.string().refine(isLogin),
  email: z.string().min(1).max(EMAIL_CHARACTERS_MAX),
});

/**
 * `POST /invitations/accept {login, email}`: the principal that signs in under the login, after accepting the oldest invitation to the
 * e-mail address where the login is nobody's yet. The gateway vouches that the sign-in service verified the address. `{principal: null}`
 * where nobody was invited.
 */
export function invitationsRoute(app: FastifyInstance, store: PeopleParts & PrincipalSource, time: TimeSource): void {
  app.post('/invitations/accept', async (request, reply) => {
    const asked = body.safeParse(request.body);
    if (!asked.success) return reply.code(400).send({ message: 'login and email must each be one text' });
    await acceptOldestInvitation(store, asked.data, time.now());
    const found = await store.findLogin(asked.data.login);
    const principal = found && (await readPrincipal(store, found, time.now()));
    return { principal } satisfies { principal: Principal | null };
  });
}
