import { Refusal, notFound } from '@desk/kit/errors';
import type { Actor } from '@desk/kit/event';
import { derivedId } from '@desk/kit/ids';
import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import { requestKey, type RequestKey } from '@desk/kit/request-key';
import type { Viewer } from '@desk/kit/viewer';
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
 * The mutations that change an incident, and the action that each is. The name goes with the retry key: the same key and
 * input ask something else of another mutation.
 */
const ACTION_OF = {
  assignIncident: 'ASSIGN',
  startIncident: 'START',
  holdIncident: 'HOLD',
  resumeIncident: 'RESUME',
  resolveIncident: 'RESOLVE',
  reopenIncident: 'REOPEN',
  closeIncident: 'CLOSE',
  cancelIncident: 'CANCEL',
  reclassifyIncident: 'RECLASSIFY',
  linkIncident: 'LINK',
  unlinkIncident: 'LINK',
} as const satisfies Record<string, IncidentAction>;

/** Says what becomes of an incident. It may run again, on what somebody else made of the incident meanwhile. */
type Decide = (incident: Incident, act: Act) => Decision<Incident>;

/**
 * One act of the viewer on an incident. `prepare` is given the incident as it was found, looks up what the input names, and notes
 * in `check` what is wrong with it; the rule that it returns adds its own problems, and refuses all of them at once.
 * Refuses NOT_FOUND, FORBIDDEN, CONFLICT, IDEMPOTENCY_KEY_*, and whatever the rule refuses.
 */
export async function actOnIncident(
  context: TicketsContext,
  mutation: keyof typeof ACTION_OF,
  input: ChangeInput,
  prepare: (found: Incident, check: InputCheck) => Decide | Promise<Decide>,
): Promise<Incident> {
  const { store, reach, viewer } = context;
  const key = writeKey(context, mutation, input);
  const found = await reachableIncident(context, input.id);
  await context.consequences.answerInTime(found, context.clock.now());
  const decide = await prepare(found, new InputCheck());
  const request = { expectedVersion: input.expectedVersion ?? null, key };
  return store.incidents.change(found._id, { organizations: reach }, request, (incident) => {
    requireMay(viewer, ACTION_OF[mutation], incident);
    const act = actOf(context, incident.organizationId);
    return afterDue(incident, act, (current) => decide(current, act));
  });
}

/** Refuses FORBIDDEN what the viewer's role does not allow. */
export function requireMay(viewer: Viewer, action: IncidentAction, incident: Incident): void {
  if (!MAY[action](viewer, incident)) throw forbidden('Your role does not allow this for this incident.');
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

/**
 * The instant that a client gave as such, or as a wall time with its zone. Null when it gave none; undefined when it named
 * none, for the reason that is noted in `check`. A wall time that the zone skips or repeats is refused with its own code.
 */
export function instantIn(
  input: { instant?: Date | null; local?: string | null; timeZone?: string | null } | null | undefined,
  path: string,
  check: InputCheck,
): Date | null | undefined {
  if (!input) return null;
  const { instant, local, timeZone } = input;
  const either = instant == null ? local != null : local == null && timeZone == null;
  check.require(path, either, 'give either instant, or local and timeZone.');
  if (!either) return undefined;
  if (instant != null) return instant;
  try {
    return instantOf({ local: local ?? '', timeZone: timeZone ?? null });
  } catch (error) {
    if (!(error instanceof LocalTimeProblem)) throw error;
    if (error.code === 'INVALID_LOCAL_TIME' || error.code === 'INVALID_TIME_ZONE') {
      check.problem(path, error.message);
      return undefined;
    }
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
