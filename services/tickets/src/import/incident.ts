import { derivedId } from '@desk/kit/process/ids';
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
} from '@desk/kit/time/clock';
import type { Changes } from '@desk/kit/write/describe-change';
import { OUTBOX_MAX } from '@desk/kit/write/record';
import type { IncidentState, Priority } from '../generated/api.ts';
import { withDerivedFields } from '../incident/clocks.ts';
import { deskAct, fireIncident } from '../incident/due.ts';
import { describeChange, type IncidentDecision, type IncidentDraft } from '../incident/event.ts';
import {
  INCIDENT_NAMES,
  OPEN_STATES,
  type Incident,
  type IncidentActContext,
  type IncidentHold,
} from '../incident/incident.ts';
import { blankIncident } from '../incident/opening.ts';
import type { Classification } from '../sla/priority.ts';
import { placeRows, type PlacedRow } from './order.ts';
import { ImportRefused, type ImportSource, type RowNote, type SourceRow } from './source.ts';
import type { IncidentClock, Sla } from '../sla/sla.ts';

/**
 * The incident that the rows of a source incident come to, with its history as events at their original instants. The rows may come in
 * any order. Rows follow the source, not our lifecycle: a step that our rules would refuse is taken as it was. No event
 * is news: each carries `imported`, and notifications leave it out. Throws ImportRefused.
 */
export function importIncident(
  rows: readonly SourceRow[],
  source: ImportSource,
  { sla, importedAt }: { sla: Sla; importedAt: Date },
): ImportedIncident {
  const { rows: ordered, notes } = placeRows(rows, source);
  const last = ordered.at(-1) as PlacedRow;
  const act = (at: Date) => deskAct(at, sla);
  const followed = followRows(openImported(ordered, source, act), ordered, act);
  const { record, events } = withDueSteps(takeOver(followed, last, act(importedAt)), act(importedAt));
  if (events.length > OUTBOX_MAX)
    throw new ImportRefused(
      `the incident has ${events.length} events; at most ${OUTBOX_MAX} can be taken over at once`,
    );
  const [first, ...rest] = events;
  const updatedAt = latest([...rows, ...ordered]);
  return { record: { ...record, updatedAt }, events: [asImported(first), ...rest.map(asImported)], notes };
}

/** An imported incident, and what of its rows was read by a rule. */
export interface ImportedIncident extends IncidentDecision {
  notes: RowNote[];
}

/** Makes an act of the desk itself at an instant. */
type ActAt = (at: Date) => IncidentActContext;

function openImported(rows: readonly PlacedRow[], source: ImportSource, actAt: ActAt): IncidentDecision {
  const first = rows[0] as PlacedRow;
  const act = actAt(first.openedAt);
  const record = incidentAtOpening(rows, source, act);
  const { title, description, externalNumber } = record;
  return describeChange(null, record, {
    kind: 'IMPORTED',
    act,
    data: { source: source.name, externalNumber, codes: rows.at(-1)?.codes ?? {} },
    personal: { title, description, ...peopleIn(first) },
  });
}

/** Takes the rows' steps, each at its own instant. A row that changes nothing that we keep leaves no event. */
function followRows(opening: IncidentDecision, rows: readonly PlacedRow[], actAt: ActAt): IncidentDecision {
  let decision = opening;
  try {
    for (const row of rows) {
      const before = decision.record;
      const act = actAt(row.updatedAt);
      const after = incidentAfter(before, row, act);
      const kind = kindOf(before, after);
      if (!kind) continue;
      const told = { kind, act, ...toldByRow(before, after, row) };
      decision = append(decision, describeChange(before, after, told));
    }
  } catch (error) {
    if (!(error instanceof ClockLedgerFull)) throw error;
    throw new ImportRefused(`it waited or was reopened too often: ${error.message}`);
  }
  return decision;
}

/** Does the steps that fell due before the import, so that no timer announces them as news. */
function withDueSteps(decision: IncidentDecision, act: IncidentActContext): IncidentDecision {
  let done = decision;
  for (let fires = 0; fires < FIRES_MAX; fires++) {
    const fired = fireIncident(done.record, act);
    if (!fired) break;
    done = append(done, fired);
  }
  return done;
}

/** Three warnings and a breach of each of three clocks. */
const FIRES_MAX = 12;

function append(done: IncidentDecision, next: IncidentDecision): IncidentDecision {
  const [first, ...rest] = done.events;
  return { record: next.record, events: [first, ...rest, ...next.events] };
}

/** The incident as it was reported, before the first row's own changes of state. */
function incidentAtOpening(rows: readonly PlacedRow[], source: ImportSource, act: IncidentActContext): Incident {
  const first = rows[0] as PlacedRow;
  const { assumed, environment } = source;
  const impact = first.impact ?? assumed.impact;
  const urgency = first.urgency ?? assumed.urgency;
  const prioritized = priorityFor({ impact, urgency, environment }, first.priority, act.sla);
  const id = derivedId(INCIDENT_NAMES.idPrefix, {
    principal: `import:${source.name}`,
    operation: 'import',
    key: first.number,
  });
  const organizationId = rows.find((row) => row.organizationId !== null)?.organizationId ?? assumed.organizationId;
  return {
    ...blankIncident({ id, organizationId }, act),
    title: first.title,
    description: first.description,
    serviceId: first.serviceId ?? assumed.serviceId,
    categoryId: first.categoryId ?? assumed.categoryId,
    environment,
    impact,
    urgency,
    ...prioritized,
    assignmentGroupId: first.assignmentGroupId ?? assumed.assignmentGroupId,
    clocks: (['RESPONSE', 'RESOLUTION'] as const).flatMap((kind) => {
      const target = act.sla.target(kind, prioritized.priority);
      return target ? [startClock(kind, target, { at: act.at, cause: 'CREATED' })] : [];
    }),
    reopenCount: first.reopenCount ?? 0,
    reassignmentCount: first.reassignmentCount ?? 0,
    source: 'IMPORT',
    externalNumber: first.number,
  };
}

/** The incident after a row. */
function incidentAfter(incident: Incident, row: PlacedRow, act: IncidentActContext): Incident {
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
    ...priorityFor({ impact, urgency, environment: incident.environment }, row.priority ?? byHand, act.sla),
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

/** The priority that the source gave, as set by hand where it is not the computed one. */
function priorityFor(
  classification: Classification,
  given: Priority | null,
  sla: Sla,
): Pick<Incident, 'priority' | 'priorityOverride'> {
  const computed = sla.priorityOf(classification);
  if (given === null || given === computed) return { priority: computed, priorityOverride: null };
  return { priority: given, priorityOverride: { computed, reason: 'As in the system that it was imported from.' } };
}

function holdAfter(hold: IncidentHold | null, row: PlacedRow): IncidentHold | null {
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
function endings(incident: Incident, row: PlacedRow): Pick<Incident, 'resolution' | 'resolvedAt' | 'closedAt'> {
  if (isOpen(row.state)) return { resolution: null, resolvedAt: null, closedAt: null };
  const solved = row.state === 'RESOLVED' || row.state === 'CLOSED';
  return {
    resolution: incident.resolution ?? (solved ? row.resolution : null),
    resolvedAt: incident.resolvedAt ?? (solved ? row.updatedAt : null),
    closedAt: row.state === 'RESOLVED' ? null : (incident.closedAt ?? row.updatedAt),
  };
}

/** The ledgers, moved as the step says, at the row's own instant. */
function clocksAfter(before: Incident, after: Incident, { at, sla }: IncidentActContext): IncidentClock[] {
  const left = before.state === 'NEW' && after.state !== 'NEW';
  return before.clocks.map((clock) => {
    const step = (moved: IncidentClock, cause: string) => ({ at, cause, calendar: sla.calendarOf(moved) });
    if (after.state === 'CANCELLED') return cancelClock(clock, step(clock, 'CANCELLED'));
    if (clock.kind === 'RESPONSE') {
      const targeted = onTarget(clock, after.priority, { at, sla });
      return left ? stopClock(targeted, step(targeted, 'ANSWERED')) : targeted;
    }
    const going = isOpen(after.state) ? reopenClock(clock, step(clock, 'REOPENED')) : clock;
    const targeted = onTarget(going, after.priority, { at, sla });
    if (!isOpen(after.state)) return stopClock(targeted, step(targeted, 'RESOLVED'));
    return after.hold?.pausing
      ? pauseClock(targeted, step(targeted, after.hold.reason))
      : resumeClock(targeted, step(targeted, 'RESUMED'));
  });
}

/** An open clock under the target of the priority, when that is another one. */
function onTarget(
  clock: IncidentClock,
  priority: Priority,
  { at, sla }: Pick<IncidentActContext, 'at' | 'sla'>,
): IncidentClock {
  const target = sla.target(clock.kind, priority);
  if (stateOf(clock) === 'STOP') return clock;
  const step = { at, cause: 'RECLASSIFIED', calendar: sla.calendarOf(clock) };
  if (!target) return cancelClock(clock, step);
  const same = clock.budgetMs === target.budgetMs && clock.calendarId === target.calendar.id;
  return same ? clock : retargetClock(clock, target, step);
}

/** The kinds of event that a row's step can be. */
type StepKind =
  'ASSIGNED' | 'STARTED' | 'HELD' | 'RESUMED' | 'RESOLVED' | 'REOPENED' | 'CLOSED' | 'CANCELLED' | 'RECLASSIFIED';

/** The kind of the step from `before` to `after`; null when nothing that we keep has changed. */
function kindOf(before: Incident, after: Incident): StepKind | null {
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

const KIND_OF_STATE: Record<IncidentState, StepKind> = {
  NEW: 'ASSIGNED', // Back in the queue of a group: the source may take a step back that we have no word for.
  ASSIGNED: 'ASSIGNED',
  IN_PROGRESS: 'STARTED',
  ON_HOLD: 'HELD',
  RESOLVED: 'RESOLVED',
  CLOSED: 'CLOSED',
  CANCELLED: 'CANCELLED',
};

const CLASSIFICATION = ['impact', 'urgency', 'priority', 'serviceId', 'categoryId'] as const;

/** The codes that a row's step changed, and the words of people. */
function toldByRow(
  before: Incident,
  after: Incident,
  row: PlacedRow,
): { changes: Changes; personal: Record<string, unknown> } {
  const changes: Changes = {};
  const [held, holds] = [before.hold?.reason ?? null, after.hold?.reason ?? null];
  if (held !== holds) changes['holdReason'] = [held, holds];
  const solved = before.resolution === null ? after.resolution : null;
  const [code, becomes] = [before.resolution?.code ?? null, after.resolution?.code ?? null];
  if (code !== becomes) changes['resolutionCode'] = [code, becomes];
  return { changes, personal: { ...peopleIn(row), ...(solved ? { remark: solved.text } : {}) } };
}

function peopleIn(row: SourceRow): Record<string, unknown> {
  return Object.keys(row.people).length ? { people: row.people } : {};
}

/**
 * The incident as the desk goes on with it after its last row: the source's own final counts and instants, and the steps that are due
 * from now on. A resolved incident can be reopened for a whole window from now, since it could not be reopened here before.
 */
function takeOver(
  { record: incident, events }: IncidentDecision,
  last: PlacedRow,
  act: IncidentActContext,
): IncidentDecision {
  const { sla, at } = act;
  const resolvedAt =
    incident.resolvedAt &&
    instantWithin([last.resolvedAt, last.later.resolvedAt], incident.resolvedAt, {
      from: incident.resolvedAt,
      to: last.updatedAt,
    });
  const closedAt =
    incident.closedAt &&
    instantWithin([last.closedAt, last.later.closedAt], incident.closedAt, {
      from: resolvedAt ?? incident.createdAt,
      to: at,
    });
  const answered = incident.clocks.every((clock) => clock.kind !== 'RESPONSE' || stateOf(clock) === 'STOP');
  const owesUpdates = isOpen(incident.state) && answered && !incident.hold?.pausing;
  const update = owesUpdates ? sla.target('UPDATE', incident.priority) : null;
  const clocks = update
    ? [...incident.clocks, startClock('UPDATE', update, { at, cause: 'IMPORTED' })]
    : incident.clocks;
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
  return { record: withDerivedFields(record, act), events };
}

/** The first reading of the source's instant that is possible, else the row's own. */
function instantWithin(
  readings: readonly (Date | null | undefined)[],
  own: Date,
  { from, to }: { from: Date; to: Date },
): Date {
  return readings.find((each) => each && each >= from && each <= to) ?? own;
}

function latest(rows: readonly SourceRow[]): Date {
  return new Date(Math.max(...rows.map(({ updatedAt }) => updatedAt.getTime())));
}

function asImported(event: IncidentDraft): IncidentDraft {
  // A union of types loses, when spread, which data belong to which type.
  return { ...event, data: { ...event.data, imported: true } } as IncidentDraft;
}

function isOpen(state: IncidentState): boolean {
  return OPEN_STATES.includes(state);
}
