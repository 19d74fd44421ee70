import type { Actor } from '@desk/kit/api/actor';
import { formatNumber } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type {
  CauseCategory,
  Environment,
  Impact,
  IncidentContactRank,
  IncidentHoldReason,
  IncidentLinkKind,
  IncidentResolutionCode,
  IncidentSource,
  IncidentState,
  Priority,
  Urgency,
} from '../generated/api.ts';
import type { IncidentClock, Sla } from '../sla/sla.ts';

/** An incident as it is stored. Null means "not yet" or "none". Instants are UTC. */
export interface Incident extends Aggregate {
  title: string;
  description: string;
  serviceId: string;
  categoryId: string | null;
  environment: Environment;
  impact: Impact;
  urgency: Urgency;
  priority: Priority;
  priorityOverride: { computed: Priority; reason: string } | null;
  requester: Actor;
  state: IncidentState;
  hold: IncidentHold | null;
  assignmentGroupId: string | null;
  assigneeId: string | null;
  contacts: IncidentContact[];
  clocks: IncidentClock[];
  /** True once any target was missed; never false again. */
  breached: boolean;
  /** The earliest due instant of its running clocks. */
  dueAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  resolution: { code: IncidentResolutionCode; text: string; cause: CauseCategory } | null;
  resolvedAt: Date | null;
  /** End of the reopening window, and the instant of closing by itself. */
  closesAt: Date | null;
  closedAt: Date | null;
  reopenCount: number;
  reassignmentCount: number;
  /** At most LINKS_MAX. */
  links: IncidentLink[];
  source: IncidentSource;
  externalNumber: string | null;
}

/** Why an incident waits. */
export interface IncidentHold {
  reason: IncidentHoldReason;
  since: Date;
  /** True when the resolution clock is paused meanwhile. */
  pausing: boolean;
  vendorReference: string | null;
  waitsFor: string | null;
  until: Date | null;
}

export interface IncidentContact {
  rank: IncidentContactRank;
  name: string;
  phone: string;
  availability: string;
}

export interface IncidentLink {
  kind: IncidentLinkKind;
  /** The other record's number, `INC-000123`. */
  target: string;
  /** The other record's id when tickets have it: an incident, a problem, a known error, a service request. */
  targetId: string | null;
}

/** The context of an act on an incident: also the viewer, and the service level agreement. */
export interface IncidentActContext extends ActContext, ActingViewer {
  sla: Sla;
}

/** How requests name incidents. */
export const INCIDENT_NAMES = { noun: 'incident', idPrefix: 'inc', numberPrefix: 'INC' } as const satisfies RecordNames;

/** Longest title, in characters. */
export const TITLE_CHARACTERS_MAX = 200;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Most links of one incident. */
export const LINKS_MAX = 100;
/** Longest name, and words on availability, in characters. */
export const NAME_CHARACTERS_MAX = 200;

/** The states in which an incident is open. */
export const OPEN_STATES: readonly IncidentState[] = ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'];

/** The number that people use. */
export function incidentNumber({ number }: Pick<Incident, 'number'>): string {
  return formatNumber(INCIDENT_NAMES.numberPrefix, number ?? 0);
}
