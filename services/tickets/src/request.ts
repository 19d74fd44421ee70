import { Refusal, badInput, notFound } from '@desk/kit/errors';
import type { Actor } from '@desk/kit/event';
import { derivedId } from '@desk/kit/ids';
import { requestKey, type Decision, type RequestKey } from '@desk/kit/journal';
import type { IncidentAction } from './generated/api.ts';
import { afterDue } from './incident-due.ts';
import type { Act, Incident } from './incident.ts';
import { LocalTimeProblem, instantOf } from './local-time.ts';
import { MAY, allowedActions } from './policy.ts';
import type { TicketsContext } from './context.ts';

/** What every write carries besides its own fields. */
export interface WriteInput {
  idempotencyKey?: string | null;
}

/** A change of an incident that people decide on: it names the version they saw. */
export interface ChangeInput extends WriteInput {
  id: string;
  expectedVersion?: number | null;
}

/**
 * One act of the viewer on an incident: finds it within reach, checks the rule, and lets `decide` say what becomes of it.
 * Refuses NOT_FOUND, FORBIDDEN, CONFLICT, IDEMPOTENCY_KEY_*, and whatever `decide` refuses.
 */
export async function actOnIncident(
  context: TicketsContext,
  action: IncidentAction,
  input: ChangeInput,
  decide: (incident: Incident, act: Act) => Decision<Incident>,
): Promise<Incident> {
  const { store, reach, viewer } = context;
  const key = writeKey(context, action, input);
  const found = await reachableIncident(context, input.id);
  const request = { expectedVersion: input.expectedVersion ?? null, key };
  return store.incidents.change(found._id, { organizations: reach }, request, (incident) => {
    if (!MAY[action](viewer, incident)) throw forbidden('Your role does not allow this for this incident.');
    const act = actOf(context, incident.organizationId);
    return afterDue(incident, act, (current) => decide(current, act));
  });
}

/** The incident that the viewer wants to act on, before anything else of the request is looked at. Refuses NOT_FOUND, FORBIDDEN. */
export async function requireMay(
  context: TicketsContext,
  action: IncidentAction,
  idOrNumber: string,
): Promise<Incident> {
  const incident = await reachableIncident(context, idOrNumber);
  if (!MAY[action](context.viewer, incident)) throw forbidden('Your role does not allow this for this incident.');
  return incident;
}

/** The incident of an id or number, within reach. Refuses NOT_FOUND. */
export async function reachableIncident({ store, reach }: TicketsContext, idOrNumber: string): Promise<Incident> {
  const incident = await store.findIncident(reach, idOrNumber);
  if (!incident) throw notFound();
  return incident;
}

/** When and by whom the viewer acts on a record of an organization. */
export function actOf(context: TicketsContext, organizationId: string): Act {
  const { viewer, clock, sla } = context;
  const at = clock.now();
  return {
    at,
    actor: actorOf(context, organizationId),
    sla,
    allowedActions: (incident) => allowedActions(viewer, incident, at),
  };
}

/** The viewer as rows and log keep it: with the organization acted for, where the viewer is not its own member. */
export function actorOf({ viewer }: TicketsContext, organizationId: string): Actor {
  const delegated = viewer.delegations.some((delegation) => delegation.organizationId === organizationId);
  return { id: viewer.id, kind: viewer.kind, actingFor: delegated ? organizationId : null };
}

/** The retry key of a write; null without one. Partner systems must give one: IDEMPOTENCY_KEY_REQUIRED. */
export function writeKey({ viewer }: TicketsContext, operation: string, input: WriteInput): RequestKey | null {
  if (viewer.kind === 'CLIENT' && !input.idempotencyKey) {
    throw new Refusal(
      'IDEMPOTENCY_KEY_REQUIRED',
      'Send an `idempotencyKey` of your choice with each write, new for each request.',
    );
  }
  return requestKey(viewer.id ?? '', operation, input.idempotencyKey, input);
}

/** The id of a new record: derived from the retry key, so that a repeated creation meets it; new without one. */
export function newRecordId(
  { viewer, newId }: TicketsContext,
  prefix: string,
  operation: string,
  input: WriteInput,
): string {
  return input.idempotencyKey ? derivedId(prefix, viewer.id ?? '', operation, input.idempotencyKey) : newId(prefix);
}

/** The instant that a client gave as such, or as a wall time with its zone. Null when it gave none. */
export function instantIn(
  input: { instant?: Date | null; local?: string | null; timeZone?: string | null } | null | undefined,
  path: string,
): Date | null {
  if (!input) return null;
  if (input.instant) return input.instant;
  if (!input.local) throw badInput([{ path, message: 'give instant, or local and timeZone.' }]);
  try {
    return instantOf({ local: input.local, timeZone: input.timeZone ?? null });
  } catch (error) {
    if (!(error instanceof LocalTimeProblem)) throw error;
    if (error.code === 'INVALID_LOCAL_TIME' || error.code === 'INVALID_TIME_ZONE')
      throw badInput([{ path, message: error.message }]);
    throw new Refusal(error.code, error.message, {
      fields: [{ path, message: error.message }],
      ...(error.candidates.length ? { candidates: error.candidates.map((instant) => instant.toISOString()) } : {}),
      ...(error.suggestion ? { suggestion: error.suggestion.toISOString() } : {}),
    });
  }
}

export function forbidden(message: string): Refusal {
  return new Refusal('FORBIDDEN', message);
}
