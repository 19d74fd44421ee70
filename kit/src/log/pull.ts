import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reviveEvent, type Position } from './entry.ts';
import { READ_MAX, type Log, type Pulled } from './log.ts';
import type { SignToken } from '../api/token.ts';

const PULL_MS_MAX = 5_000;

/** Asks a service for its events behind a position, straight from its log. Rejects when the service does not answer. */
export type PullEvents = (service: string, after: Position, limit: number) => Promise<Pulled>;

/** Pulls from the service's own log, whichever service is named. For consumers that follow their own service. */
export function ownPull(log: Log): PullEvents {
  return (_service, after, limit) => log.read(after, limit);
}

/** Pulls over HTTP from the services at the given addresses. */
export function httpPull(urls: Record<string, string>, sign: SignToken): PullEvents {
  return async (service, after, limit) => {
    const url = `${urls[service]}/events?epoch=${after.epoch}&pos=${after.pos}&limit=${limit}`;
    const token = await sign(service, { purpose: 'SERVICE', viewer: null });
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PULL_MS_MAX),
    });
    if (!answer.ok) throw new Error(`${service} answered a pull with ${answer.status}`);
    const pulled = (await answer.json()) as Pulled;
    return { ...pulled, events: pulled.events?.map(reviveEvent) ?? null };
  };
}

const query = z.object({
  epoch: z.coerce.number().int().min(0),
  pos: z.coerce.number().int().min(0),
  limit: z.coerce.number().int().min(1).max(READ_MAX).default(READ_MAX),
});

/** `GET /events?epoch=&pos=&limit=` answers pulls. */
export function eventsRoute(app: FastifyInstance, log: Log): void {
  app.get('/events', async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return reply.code(400).send({ message: 'epoch, pos and limit are whole numbers' });
    const { epoch, pos, limit } = asked.data;
    return log.read({ epoch, pos }, limit);
  });
}
