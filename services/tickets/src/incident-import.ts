import { SYSTEM_ACTOR, type EventDraft } from '@desk/kit/event';
import { derivedId } from '@desk/kit/ids';
import type { Decision } from '@desk/kit/decision';
import { OUTBOX_MAX } from '@desk/kit/stored-record';
import {
  ClockLedgerFull,
  cancelClock,
  pauseClock,
  reopenClock,
  resumeClock,
  retargetClock,
  startClock,
  stateOf,
  stopClock,
  type Clock,
} from './clock.ts';
import type {
  CauseCategory,
  Environment,
  HoldReason,
  Impact,
  IncidentEventKind,
  IncidentState,
  Priority,
  ResolutionCode,
  Urgency,
} from './generated/api.ts';
import { settled } from './incident-clocks.ts';
import { fireIncident } from './incident-due.ts';
import { told, type Changes, type Telling } from './incident-event.ts';
import { blankIncident } from './incident-opening.ts';
import { OPEN_STATES, type Act, type Hold, type Incident } from './incident.ts';
import type { Sla } from './sla.ts';

/** What one row of an export says of an incident after one update, in our words. Null: unknown. Instants are UTC. */
export interface SourceRow {
  /** The incident's number in the source. */
  number: string;
  /** Where the row belongs among the incident's rows. */
  order: number;
  /** The line of the file on which the row begins; the header is line 1. */
  line: number;
  openedAt: Date;
  updatedAt: Date;
  resolvedAt: Date | null;
  closedAt: Date | null;
  state: IncidentState;
  holdReason: HoldReason | null;
  impact: Impact | null;
  urgency: Urgency | null;
  /** The source's own priority, where it is mapped. */
  priority: Priority | null;
  organizationId: string | null;
  serviceId: string | null;
  categoryId: string | null;
  assignmentGroupId: string | null;
  reassignmentCount: number | null;
  reopenCount: number | null;
  vendorReference: string | null;
  waitsFor: string | null;
  title: string;
  description: string;
  resolution: { code: ResolutionCode; text: string; cause: CauseCategory };
  /** Values that are kept as they are, by column: codes. */
  codes: Record<string, string>;
  /** Values that are kept as they are, by column: references to people. */
  people: Record<string, string>;
}

/** What holds for every incident of an import. */
export interface ImportSource {
  /** Names the source system. With it and the number, an incident has the same id in every run. */
  name: string;
  environment: Environment;
  /** What is assumed until a row says otherwise. */
  assumed: {
    organizationId: string;
    serviceId: string;
    categoryId: string | null;
    assignmentGroupId: string | null;
    impact: Impact;
    urgency: Urgency;
  };
}

/** The import of one incident is not possible; the message says why, for the rejects file. */
export class ImportRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportRefused';
  }
}

/**
 * The incident that the rows of a source incident come to, with its history as events at their original instants. The rows may come in
 * any order. Rows follow the source, not our lifecycle: a step that our rules would refuse is taken as it was. No event
 * is news: each carries `imported`, and whoever notifies people leaves it out. Throws ImportRefused.
 */
export function importIncident(
  rows: readonly SourceRow[],
  source: ImportSource,
  { sla, importedAt }: { sla: Sla; importedAt: Date },
): Decision<Incident> {
  const ordered = rows.toSorted(
    (a, b) => a.order - b.order || a.updatedAt.getTime() - b.updatedAt.getTime() || a.line - b.line,
  );
  const last = ordered.at(-1);
  if (!last) throw new RangeError('an incident has at least one row');
  const act = (at: Date): Act => ({ at, actor: SYSTEM_ACTOR, sla, allowedActions: () => [] });
  const followed = follow(open(ordered, source, act), ordered, act);
  const { record, events } = settleDue(takeOver(followed, last, act(importedAt)), importedAt, sla);
  if (events.length > OUTBOX_MAX)
    throw new ImportRefused(
      `the incident has ${events.length} events; at most ${OUTBOX_MAX} can be taken over at once`,
    );
  const [first, ...rest] = events;
  return { record: { ...record, updatedAt: latest(ordered) }, events: [asImported(first), ...rest.map(asImported)] };
}

/** Makes an act of the desk itself at an instant. */
type ActAt = (at: Date) => Act;

function open(rows: readonly SourceRow[], source: ImportSource, actAt: ActAt): Decision<Incident> {
  const first = rows[0] as SourceRow;
  const act = actAt(first.openedAt);
  const record = opened(rows, first, source, act);
  const { title, description, externalNumber } = record;
  return told(null, record, 'IMPORTED', act, {
    data: { source: source.name, externalNumber, codes: rows.at(-1)?.codes },
    personal: { title, description, ...people(first) },
  });
}

/** Takes the rows' steps, each at its own instant. A row that changes nothing that we keep leaves no event. */
function follow(opening: Decision<Incident>, rows: readonly SourceRow[], actAt: ActAt): Decision<Incident> {
  let decision = opening;
  try {
    for (const row of rows) {
      const before = decision.record;
      const act = actAt(row.updatedAt);
      const after = updated(before, row, act);
      const kind = kindOf(before, after);
      if (kind) decision = joined(decision, told(before, after, kind, act, telling(before, after, row)));
    }
  } catch (error) {
    if (!(error instanceof ClockLedgerFull)) throw error;
    throw new ImportRefused(`it waited or was reopened too often: ${error.message}`);
  }
  return decision;
}

/** Does what fell due before the import, so that no timer tells it as news. */
function settleDue(decision: Decision<Incident>, now: Date, sla: Sla): Decision<Incident> {
  let done = decision;
  for (let fires = 0; fires < FIRES_MAX; fires++) {
    const fired = fireIncident(done.record, now, sla);
    if (!fired) break;
    done = joined(done, fired);
  }
  return done;
}

/** Three warnings and a breach of each of three clocks. */
const FIRES_MAX = 12;

function joined(done: Decision<Incident>, next: Decision<Incident>): Decision<Incident> {
  const [first, ...rest] = done.events;
  return { record: next.record, events: [first, ...rest, ...next.events] };
}

/** The incident as it was reported, before the first row's own changes of state. */
function opened(rows: readonly SourceRow[], first: SourceRow, source: ImportSource, act: Act): Incident {
  const { assumed, environment } = source;
  const impact = first.impact ?? assumed.impact;
  const urgency = first.urgency ?? assumed.urgency;
  const classified = prioritized(impact, urgency, environment, first.priority, act.sla);
  const id = derivedId('inc', `import:${source.name}`, 'import', first.number);
  const organizationId = rows.find((row) => row.organizationId !== null)?.organizationId ?? assumed.organizationId;
  return {
    ...blankIncident(id, organizationId, act),
    title: first.title,
    description: first.description,
    serviceId: first.serviceId ?? assumed.serviceId,
    categoryId: first.categoryId ?? assumed.categoryId,
    environment,
    impact,
    urgency,
    ...classified,
    assignmentGroupId: first.assignmentGroupId ?? assumed.assignmentGroupId,
    clocks: (['RESPONSE', 'RESOLUTION'] as const).flatMap((kind) => {
      const target = act.sla.target(kind, classified.priority);
      return target ? [startClock(kind, target, act.at, 'CREATED')] : [];
    }),
    reopenCount: first.reopenCount ?? 0,
    reassignmentCount: first.reassignmentCount ?? 0,
    source: 'IMPORT',
    externalNumber: first.number,
  };
}

/** The incident after a row. */
function updated(incident: Incident, row: SourceRow, act: Act): Incident {
  const impact = row.impact ?? incident.impact;
  const urgency = row.urgency ?? incident.urgency;
  const assignmentGroupId = row.assignmentGroupId ?? incident.assignmentGroupId;
  const regrouped = incident.assignmentGroupId !== null && assignmentGroupId !== incident.assignmentGroupId;
  const reopened = !isOpen(incident.state) && isOpen(row.state);
  const byHand = incident.priorityOverride && incident.priority;
  const moved: Incident = {
    ...incident,
    impact,
    urgency,
    ...prioritized(impact, urgency, incident.environment, row.priority ?? byHand, act.sla),
    serviceId: row.serviceId ?? incident.serviceId,
    categoryId: row.categoryId ?? incident.categoryId,
    assignmentGroupId,
    reassignmentCount: row.reassignmentCount ?? incident.reassignmentCount + (regrouped ? 1 : 0),
    reopenCount: row.reopenCount ?? incident.reopenCount + (reopened ? 1 : 0),
    state: row.state,
    hold: holdAfter(incident.hold, row),
    ...endings(incident, row),
    updatedAt: act.at > incident.updatedAt ? act.at : incident.updatedAt,
  };
  const clocks = clocksAfter(incident, moved, act);
  return { ...moved, clocks, breached: clocks.some(({ breachedAt }) => breachedAt !== null) };
}

function prioritized(
  impact: Impact,
  urgency: Urgency,
  environment: Environment,
  given: Priority | null,
  sla: Sla,
): Pick<Incident, 'priority' | 'priorityOverride'> {
  const computed = sla.priorityOf(impact, urgency, environment);
  if (given === null || given === computed) return { priority: computed, priorityOverride: null };
  return { priority: given, priorityOverride: { computed, reason: 'As in the system that it was imported from.' } };
}

function holdAfter(hold: Hold | null, row: SourceRow): Hold | null {
  if (row.state !== 'ON_HOLD') return null;
  const reason = row.holdReason ?? 'SCHEDULED';
  if (hold?.reason === reason) return hold;
  return {
    reason,
    since: row.updatedAt,
    pausing: reason === 'CUSTOMER',
    vendorReference: reason === 'VENDOR' ? row.vendorReference : null,
    waitsFor: reason === 'PROBLEM' || reason === 'CHANGE' ? row.waitsFor : null,
    until: null,
  };
}

/** Resolution and end, when the row's state brings or takes them. Closed without being resolved counts as both at once. */
function endings(incident: Incident, row: SourceRow): Pick<Incident, 'resolution' | 'resolvedAt' | 'closedAt'> {
  if (isOpen(row.state)) return { resolution: null, resolvedAt: null, closedAt: null };
  const solved = row.state === 'RESOLVED' || row.state === 'CLOSED';
  return {
    resolution: incident.resolution ?? (solved ? row.resolution : null),
    resolvedAt: incident.resolvedAt ?? (solved ? row.updatedAt : null),
    closedAt: row.state === 'RESOLVED' ? null : (incident.closedAt ?? row.updatedAt),
  };
}

/** The ledgers, moved as the step says, at the row's own instant. */
function clocksAfter(before: Incident, after: Incident, { at, sla }: Act): Clock[] {
  const left = before.state === 'NEW' && after.state !== 'NEW';
  return before.clocks.map((clock) => {
    const calendar = sla.calendarOf(clock);
    if (after.state === 'CANCELLED') return cancelClock(clock, calendar, at, 'CANCELLED');
    if (clock.kind === 'RESPONSE') {
      const targeted = onTarget(clock, after.priority, at, sla);
      return left ? stopClock(targeted, sla.calendarOf(targeted), at, 'ANSWERED') : targeted;
    }
    const going = isOpen(after.state) ? reopenClock(clock, calendar, at, 'REOPENED') : clock;
    const targeted = onTarget(going, after.priority, at, sla);
    const owner = sla.calendarOf(targeted);
    if (!isOpen(after.state)) return stopClock(targeted, owner, at, 'RESOLVED');
    return after.hold?.pausing
      ? pauseClock(targeted, owner, at, after.hold.reason)
      : resumeClock(targeted, owner, at, 'RESUMED');
  });
}

/** An open clock under the target of the priority, when that is another one. */
function onTarget(clock: Clock, priority: Priority, at: Date, sla: Sla): Clock {
  const target = sla.target(clock.kind, priority);
  if (stateOf(clock) === 'STOP') return clock;
  if (!target) return cancelClock(clock, sla.calendarOf(clock), at, 'RECLASSIFIED');
  const same = clock.budgetMs === target.budgetMs && clock.calendarId === target.calendar.id;
  return same ? clock : retargetClock(clock, sla.calendarOf(clock), target, at);
}

/** What the step from `before` to `after` is called in a history; null when nothing that we keep has changed. */
function kindOf(before: Incident, after: Incident): IncidentEventKind | null {
  if (before.state !== after.state) {
    if (!isOpen(before.state) && isOpen(after.state)) return 'REOPENED';
    if (before.state === 'ON_HOLD' && isOpen(after.state)) return 'RESUMED';
    return KIND_OF_STATE[after.state];
  }
  if (before.hold?.reason !== after.hold?.reason) return 'HELD';
  if (before.assignmentGroupId !== after.assignmentGroupId) return 'ASSIGNED';
  if (before.reassignmentCount !== after.reassignmentCount) return 'ASSIGNED';
  return CLASSIFICATION.some((field) => before[field] !== after[field]) ? 'RECLASSIFIED' : null;
}

const KIND_OF_STATE: Record<IncidentState, IncidentEventKind> = {
  NEW: 'ASSIGNED', // Back in the queue of a group: the source may take a step back that we have no word for.
  ASSIGNED: 'ASSIGNED',
  IN_PROGRESS: 'STARTED',
  ON_HOLD: 'HELD',
  RESOLVED: 'RESOLVED',
  CLOSED: 'CLOSED',
  CANCELLED: 'CANCELLED',
};

const CLASSIFICATION = ['impact', 'urgency', 'priority', 'serviceId', 'categoryId'] as const;

function telling(before: Incident, after: Incident, row: SourceRow): Telling {
  const changes: Changes = {};
  if (before.hold?.reason !== after.hold?.reason)
    changes['holdReason'] = [before.hold?.reason ?? null, after.hold?.reason ?? null];
  const solved = before.resolution === null ? after.resolution : null;
  if (solved) changes['resolutionCode'] = [null, solved.code];
  return { changes, personal: { ...people(row), ...(solved ? { remark: solved.text } : {}) } };
}

function people(row: SourceRow): Record<string, unknown> {
  return Object.keys(row.people).length ? { people: row.people } : {};
}

/**
 * The incident as the desk goes on with it after its last row: the source's own final counts and instants, and what is due from now on.
 * A resolved incident can be reopened for a whole window from now: nobody could reopen it here before.
 */
function takeOver({ record: incident, events }: Decision<Incident>, last: SourceRow, act: Act): Decision<Incident> {
  const { sla, at } = act;
  const resolvedAt =
    incident.resolvedAt && instantWithin(last.resolvedAt, incident.resolvedAt, incident.resolvedAt, last.updatedAt);
  const closedAt =
    incident.closedAt && instantWithin(last.closedAt, incident.closedAt, resolvedAt ?? incident.createdAt, at);
  const answered = incident.clocks.every((clock) => clock.kind !== 'RESPONSE' || stateOf(clock) === 'STOP');
  const owesUpdates = isOpen(incident.state) && answered && !incident.hold?.pausing;
  const update = owesUpdates ? sla.target('UPDATE', incident.priority) : null;
  const clocks = update ? [...incident.clocks, startClock('UPDATE', update, at, 'IMPORTED')] : incident.clocks;
  const closesAt = incident.state === 'RESOLVED' ? sla.closesAt(at) : closedAt;
  const record: Incident = {
    ...incident,
    resolvedAt,
    closedAt,
    closesAt,
    clocks,
    reassignmentCount: last.reassignmentCount ?? incident.reassignmentCount,
    reopenCount: last.reopenCount ?? incident.reopenCount,
  };
  return { record: settled(record, act), events };
}

/** The source's instant where it is possible, else the row's own. */
function instantWithin(given: Date | null, own: Date, from: Date, to: Date): Date {
  return given && given >= from && given <= to ? given : own;
}

function latest(rows: readonly SourceRow[]): Date {
  return new Date(Math.max(...rows.map(({ updatedAt }) => updatedAt.getTime())));
}

function asImported(event: EventDraft): EventDraft {
  return { ...event, data: { ...event.data, imported: true } };
}

function isOpen(state: IncidentState): boolean {
  return OPEN_STATES.includes(state);
}
