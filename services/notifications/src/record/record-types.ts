import type { ChangesEvents } from '@desk/schema/changes/events';
import type { ContinuityEvents } from '@desk/schema/continuity/events';
import type { AuthorizationEventData } from '@desk/schema/directory/events';
import type { KnownErrorEvents, ProblemEvents, ServiceRequestEvents } from '@desk/schema/tickets/events';
import type { NotificationTopic, RecordType } from '../generated/api.ts';

/** What notifications know of a kind of record that other services own. */
interface RecordTypeFacts {
  /** The API type. */
  typeName: RecordReference['__typename'];
  /** What the ids begin with. */
  idPrefix: string;
  topic: NotificationTopic;
  /** What an agent must have been granted to read the records. Null: no agent reads them. */
  scope: AuthorizationEventData['scopes'][number] | null;
  /** Every state that its events may name, under the name of the condition in their `match`. Null where they name none. */
  states: { match: string; values: Readonly<Record<string, true>> } | null;
  /** The other conditions of a sign-up that its events can meet. */
  conditions: readonly ('serviceId' | 'risk' | 'priority')[];
}

/** The values that the events of a type name under `match`. */
type MatchOf<Data, Condition extends string> = Data extends {
  match: Readonly<Record<Condition, readonly (infer Value)[]>>;
}
  ? Value & string
  : never;

const REQUEST_STATES = {
  AWAITING_APPROVAL: true,
  APPROVED: true,
  REJECTED: true,
  IN_FULFILMENT: true,
  PENDING_CUSTOMER: true,
  FULFILLED: true,
  FAILED: true,
  CLOSED: true,
  CANCELLED: true,
} as const satisfies Record<MatchOf<ServiceRequestEvents['service_request.submitted'], 'state'>, true>;
const PROBLEM_STATES = {
  NEW: true,
  ASSESS: true,
  INVESTIGATING: true,
  KNOWN_ERROR: true,
  FIX_IN_PROGRESS: true,
  RESOLVED: true,
  CLOSED: true,
  CANCELLED: true,
} as const satisfies Record<MatchOf<ProblemEvents['problem.opened'], 'state'>, true>;

const KNOWN_ERROR_STATES = {
  DRAFT: true,
  PUBLISHED: true,
  RETIRED: true,
} as const satisfies Record<MatchOf<KnownErrorEvents['known_error.drafted'], 'state'>, true>;

const CHANGE_STATES = {
  PROPOSED: true,
  DECLINED: true,
  DRAFT: true,
  ASSESS: true,
  AUTHORIZE: true,
  REJECTED: true,
  SCHEDULED: true,
  IMPLEMENTING: true,
  REVIEW: true,
  CLOSED: true,
  CANCELLED: true,
} as const satisfies Record<MatchOf<ChangesEvents['change.proposed'], 'state'>, true>;

const STAGES = {
  PLANNING: true,
  INITIAL_RESPONSE: true,
  RECOVERY: true,
  RESTORATION: true,
  CLOSED: true,
} as const satisfies Record<MatchOf<ContinuityEvents['continuity_event.declared'], 'stage'>, true>;

/** Every kind of record that people are told of. The compiler asks for each state that events can name. */
export const RECORD_TYPES: Readonly<Record<RecordType, RecordTypeFacts>> = {
  INCIDENT: {
    typeName: 'Incident',
    idPrefix: 'inc',
    topic: 'TICKETS',
    scope: 'TICKETS_READ',
    states: null,
    conditions: ['priority'],
  },
  SERVICE_REQUEST: {
    typeName: 'ServiceRequest',
    idPrefix: 'req',
    topic: 'TICKETS',
    scope: 'TICKETS_READ',
    states: { match: 'state', values: REQUEST_STATES },
    conditions: [],
  },
  PROBLEM: {
    typeName: 'Problem',
    idPrefix: 'prb',
    topic: 'TICKETS',
    scope: 'TICKETS_READ',
    states: { match: 'state', values: PROBLEM_STATES },
    conditions: ['serviceId'],
  },
  KNOWN_ERROR: {
    typeName: 'KnownError',
    idPrefix: 'ke',
    topic: 'TICKETS',
    scope: 'TICKETS_READ',
    states: { match: 'state', values: KNOWN_ERROR_STATES },
    conditions: ['serviceId'],
  },
  CHANGE: {
    typeName: 'Change',
    idPrefix: 'chg',
    topic: 'CHANGES',
    scope: 'CHANGES_READ',
    states: { match: 'state', values: CHANGE_STATES },
    conditions: ['serviceId', 'risk'],
  },
  CONTINUITY_EVENT: {
    typeName: 'ContinuityEvent',
    idPrefix: 'cev',
    topic: 'CONTINUITY',
    scope: 'CONTINUITY_READ',
    states: { match: 'stage', values: STAGES },
    conditions: ['serviceId'],
  },
  // Its events name the learner, who alone is told: nobody follows an enrolment, and nobody signs up for them.
  ENROLMENT: { typeName: 'Enrolment', idPrefix: 'enr', topic: 'LEARNING', scope: null, states: null, conditions: [] },
};

/** The kinds of record that people follow and sign up for. */
export const FOLLOWED_TYPES = Object.keys(RECORD_TYPES).filter((type): type is RecordType => type !== 'ENROLMENT');

/** True for the noun of a record that people are told of. */
export function isRecordType(noun: unknown): noun is RecordType {
  return typeof noun === 'string' && Object.hasOwn(RECORD_TYPES, noun);
}

/** A record of another service, as the gateway finds it. */
export interface RecordReference {
  __typename: 'Incident' | 'ServiceRequest' | 'Problem' | 'KnownError' | 'Change' | 'ContinuityEvent' | 'Enrolment';
  id: string;
}

/** The reference to a record. */
export function referenceTo({ type, id }: { type: RecordType; id: string }): RecordReference {
  return { __typename: RECORD_TYPES[type].typeName, id };
}
