/**
 * The events of tickets, as other services may read them. They hold references and codes, never what people wrote. The tickets
 * service's own code is checked against these types.
 */

import {
  IncidentEventKind,
  type ClockBreachCause,
  type IncidentClockKind,
  type KnownErrorEventKind,
  type KnownErrorState,
  type Priority,
  type ProblemEventKind,
  type ProblemState,
  type ServiceRequestClockKind,
  type ServiceRequestEventKind,
  type ServiceRequestState,
} from '../generated/tickets.ts';

/** The data of every event of tickets, by the event's type. A kind that the SDL adds is here at once. */
export type TicketsEvents = {
  [Kind in IncidentEventKind as `incident.${Lowercase<Kind>}`]: IncidentEventData<Kind> & IncidentOwnData<Kind>;
};

/** What the events of some kinds hold beside what all hold. */
interface OwnDataOfKinds {
  STARTED: CarriesComment;
  HELD: CarriesComment;
  COMMENTED: OfMessage;
  NOTED: OfMessage;
  CLOCK_WARNED: OfClock & { percent: number };
  CLOCK_BREACHED: OfClock & { cause: ClockBreachCause };
  IMPORTED: FromElsewhere;
}

type IncidentOwnData<Kind> = Kind extends keyof OwnDataOfKinds ? OwnDataOfKinds[Kind] : unknown;

/** An event of tickets: narrow it by its type. */
export type TicketsEvent = {
  [Type in keyof TicketsEvents]: { type: Type; data: TicketsEvents[Type] };
}[keyof TicketsEvents];

/**
 * The version of the data above. In version 1, `recordId` stood in place of `subject`, and `commentId` in place of the `messageId` of
 * comments and notes.
 */
export const TICKETS_EVENT_VERSION = 2;

/** The data that every event of an incident holds, also the events of its comments and notes. */
export interface IncidentEventData<Kind extends string = string> {
  /** The incident, also in the events of its comments and notes. */
  subject: { type: 'INCIDENT'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after the change, for subscribers who filter by them. */
  match: { priority: readonly Priority[] };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** True in the history of an imported incident: it is no news, and no person is notified of it. */
  imported?: true;
}

/** An act that carries a public comment. */
interface CarriesComment {
  /** The comment's id; absent where the act carries none. */
  commentId?: string;
}

/** A comment or an internal note. */
interface OfMessage {
  /** The id of the comment or note. */
  messageId: string;
  /** The incident's version when it was written. */
  version: number;
  /** True for a comment that an act carried: the act already moved the clocks. */
  carried: boolean;
}

/** A warning or a breach of a clock. */
interface OfClock {
  clock: IncidentClockKind;
}

/** The system that an incident was imported from. */
interface FromElsewhere {
  source: string;
  externalNumber: string | null;
  /** Values of the source that are kept as they are, by column. */
  codes: Readonly<Record<string, string>>;
}

/** An event of tickets in today's form, whatever the version it was written in. Null for a type that this version does not know. */
export function readTicketsEvent({
  type,
  eventVersion,
  data,
}: {
  type: string;
  eventVersion: number;
  data: Record<string, unknown>;
}): TicketsEvent | null {
  if (!TYPES.has(type)) return null;
  // Tickets wrote the data in the form of their version: their rules are checked against it.
  if (eventVersion >= TICKETS_EVENT_VERSION) return { type, data } as unknown as TicketsEvent;
  const { recordId, ...told } = data;
  const subject = { type: 'INCIDENT', id: recordId };
  return { type, data: { ...told, subject, ...messageOf(data) } } as unknown as TicketsEvent;
}

/** The message of a version 1 event of a comment or note. */
function messageOf({ kind, commentId }: Record<string, unknown>): object {
  return kind === 'COMMENTED' || kind === 'NOTED' ? { messageId: commentId } : {};
}

/** Every type of event. */
const TYPES: ReadonlySet<string> = new Set(
  Object.values(IncidentEventKind).map((kind) => `incident.${kind.toLowerCase()}`),
);

/** The data of every event of problems, by the event's type. A kind that the SDL adds is here at once. */
export type ProblemEvents = {
  [Kind in ProblemEventKind as `problem.${Lowercase<Kind>}`]: ProblemEventData<Kind> & ProblemOwnData<Kind>;
};

type ProblemOwnData<Kind> = Kind extends 'NOTED' ? OfMessage : Kind extends 'OPENED' ? FromIncident : unknown;

/** The version of the data of problems. */
export const PROBLEM_EVENT_VERSION = 1;

/** The data that every event of a problem holds, also the events of its notes. */
export interface ProblemEventData<Kind extends string = string> {
  /** The problem, also in the events of its notes. */
  subject: { type: 'PROBLEM'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after, for subscribers who filter by them. */
  match: { state: readonly ProblemState[]; serviceId: readonly string[] };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** True where every organization may learn of it: the problem is published. */
  published?: true;
}

/** The incident that a problem was opened from. */
interface FromIncident {
  /** The incident's id; absent where there is none. */
  incidentId?: string;
}

/** The data of every event of known errors, by the event's type. A kind that the SDL adds is here at once. */
export type KnownErrorEvents = {
  [Kind in KnownErrorEventKind as `known_error.${Lowercase<Kind>}`]: KnownErrorEventData<Kind> &
    KnownErrorOwnData<Kind>;
};

type KnownErrorOwnData<Kind> = Kind extends 'PUBLISHED' ? OfPublication : unknown;

/** The version of the data of known errors. */
export const KNOWN_ERROR_EVENT_VERSION = 1;

/** The data that every event of a known error holds. */
export interface KnownErrorEventData<Kind extends string = string> {
  subject: { type: 'KNOWN_ERROR'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after, for subscribers who filter by them. */
  match: { state: readonly KnownErrorState[]; serviceId: readonly string[] };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** True where every organization may learn of it: the known error is published for all. */
  published?: true;
}

/** The publication of a known error. */
interface OfPublication {
  /** True where the open incidents that its problem caused get the workaround. */
  tellIncidents?: true;
}

/** The data of every event of service requests, by the event's type. A kind that the SDL adds is here at once. */
export type ServiceRequestEvents = {
  [Kind in ServiceRequestEventKind as `service_request.${Lowercase<Kind>}`]: ServiceRequestEventData<Kind> &
    ServiceRequestOwnData<Kind>;
};

type ServiceRequestOwnData<Kind> = Kind extends 'COMMENTED' | 'NOTED'
  ? OfMessage
  : Kind extends 'CLOCK_WARNED'
    ? { clock: ServiceRequestClockKind; percent: number }
    : Kind extends 'CLOCK_BREACHED'
      ? { clock: ServiceRequestClockKind; cause: ClockBreachCause }
      : unknown;

/** The version of the data above. */
export const SERVICE_REQUEST_EVENT_VERSION = 1;

/** The data that every event of a service request holds, also the events of its comments and notes. */
export interface ServiceRequestEventData<Kind extends string = string> {
  subject: { type: 'SERVICE_REQUEST'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after, for subscribers who filter by them. */
  match: { state: readonly ServiceRequestState[]; itemId: readonly string[] };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
}
