import { Refusal } from '@desk/kit/errors';
import type { Actor } from '@desk/kit/event';
import type { Aggregate } from '@desk/kit/stored-record';
import type { Clock } from './clock.ts';
import type {
  CauseCategory,
  ContactRank,
  Environment,
  HoldReason,
  Impact,
  IncidentAction,
  IncidentLinkKind,
  IncidentSource,
  IncidentState,
  Priority,
  ResolutionCode,
  Urgency,
} from './generated/api.ts';
import type { Sla } from './sla.ts';

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
  hold: Hold | null;
  assignmentGroupId: string | null;
  assigneeId: string | null;
  contacts: IncidentContact[];
  clocks: Clock[];
  /** True once any target was missed; never false again. */
  breached: boolean;
  /** The earliest due instant of its running clocks. */
  dueAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  resolution: { code: ResolutionCode; text: string; cause: CauseCategory } | null;
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
export interface Hold {
  reason: HoldReason;
  since: Date;
  /** True when the resolution clock is paused meanwhile. */
  pausing: boolean;
  vendorReference: string | null;
  waitsFor: string | null;
  until: Date | null;
}

export interface IncidentContact {
  rank: ContactRank;
  name: string;
  phone: string;
  availability: string;
}

export interface IncidentLink {
  kind: IncidentLinkKind;
  /** The other record's number, `INC-000123`. */
  target: string;
  /** The other record's id when it is an incident. */
  targetId: string | null;
}

/** What an act on an incident is given besides its input: when, by whom, under which agreement. */
export interface Act {
  at: Date;
  actor: Actor;
  sla: Sla;
  /** What the one who acts may do with an incident; told in refusals. */
  allowedActions: (incident: Incident) => IncidentAction[];
}

/** Longest title, in characters. */
export const TITLE_CHARACTERS_MAX = 200;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Most links of one incident. */
export const LINKS_MAX = 100;
/** Longest name, and words on availability, in characters. */
export const NAME_CHARACTERS_MAX = 200;

/** In which states an action is possible. Serves the check, the messages, `allowedActions` and the documentation. */
export const ACTION_STATES: Record<IncidentAction, readonly IncidentState[]> = {
  ASSIGN: ['NEW', 'ASSIGNED', 'IN_PROGRESS'],
  START: ['NEW', 'ASSIGNED'],
  HOLD: ['IN_PROGRESS'],
  RESUME: ['ON_HOLD'],
  RESOLVE: ['ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'],
  REOPEN: ['RESOLVED'],
  CLOSE: ['RESOLVED'],
  CANCEL: ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'],
  RECLASSIFY: ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'],
  COMMENT: ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED'],
  NOTE: ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CLOSED', 'CANCELLED'],
  LINK: ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD', 'RESOLVED', 'CLOSED', 'CANCELLED'],
  FOLLOW_UP: ['RESOLVED', 'CLOSED'],
};

/** The states in which an incident is open. */
export const OPEN_STATES: readonly IncidentState[] = ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'];

/** The actions that state and time allow, whoever asks. */
export function possibleActions(incident: Incident, now: Date): IncidentAction[] {
  const windowClosed = incident.closesAt !== null && now >= incident.closesAt;
  return (Object.keys(ACTION_STATES) as IncidentAction[]).filter((action) => {
    if (!ACTION_STATES[action].includes(incident.state)) return false;
    if (action === 'REOPEN' || action === 'CLOSE') return !windowClosed;
    if (action === 'FOLLOW_UP') return incident.state === 'CLOSED' || windowClosed;
    return true;
  });
}

/** Refuses what state or time do not allow, and says what they do allow. */
export function requireAction(incident: Incident, action: IncidentAction, act: Act): void {
  if (possibleActions(incident, act.at).includes(action)) return;
  const allowedActions = act.allowedActions(incident);
  if (action === 'REOPEN' && (incident.state === 'CLOSED' || incident.state === 'RESOLVED')) {
    const accepted = incident.closedAt && incident.closesAt && incident.closedAt < incident.closesAt;
    const why = accepted
      ? 'The solution was accepted, and that is final.'
      : 'The time for reopening this incident is over.';
    throw new Refusal('WINDOW_CLOSED', `${why} Report a follow-up instead: createFollowUp.`, { allowedActions });
  }
  throw new Refusal('ILLEGAL_TRANSITION', `An incident that is ${incident.state} does not allow ${action}.`, {
    allowedActions,
    state: incident.state,
  });
}

/** The number that people use. */
export function incidentNumber(incident: Pick<Incident, 'number'>): string {
  return `INC-${String(incident.number ?? 0).padStart(6, '0')}`;
}

/** The stored number in a number that people use, as `INC-000123` or `inc-123`. Null when it is none. */
export function parseIncidentNumber(text: string): number | null {
  const digits = /^INC-(\d{1,12})$/i.exec(text.trim())?.[1];
  return digits ? Number(digits) : null;
}
