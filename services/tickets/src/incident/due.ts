import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { fireClock } from '@desk/kit/time/clock';
import type { Sla } from '../sla/sla.ts';
import { closedIncident, resumedIncident } from './acts.ts';
import { dueSteps, withDerivedFields } from './clocks.ts';
import { describeChange, type IncidentDecision, type IncidentDraft } from './event.ts';
import type { Incident, IncidentActContext } from './incident.ts';

/** The instant up to which things are due, and the agreement by which they fall due. */
type Until = Pick<IncidentActContext, 'at' | 'sla'>;

/** The context of an act of the desk itself. */
export function deskAct(at: Date, sla: Sla): IncidentActContext {
  return { at, by: SYSTEM_ACTOR, check: new InputCheck(), sla, viewer: null };
}

/**
 * Does the one thing that falls due first in an incident's life: a warning, a breach, the end of a hold, or closing. It is stamped with
 * the instant at which it fell due, however late it is done. Null when nothing is due.
 */
export function fireIncident(incident: Incident, { at, sla }: Until): IncidentDecision | null {
  const due = dueSteps(incident, sla)
    .filter(({ wakeAt }) => wakeAt <= at)
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
  if (!due) return null;
  const act = deskAct(due.at, sla);
  if (due.what === 'CLOSE') return describeChange(incident, closedIncident(incident, act), { kind: 'CLOSED', act });
  if (due.what === 'RESUME')
    return describeChange(incident, resumedIncident(incident, { act, cause: 'DATE' }), { kind: 'RESUMED', act });
  const clocks = incident.clocks.map((clock) =>
    clock.kind === due.what ? fireClock(clock, sla.calendarOf(clock)) : clock,
  );
  return describeChange(incident, withDerivedFields({ ...incident, clocks }, act), null);
}

/**
 * Applies a rule to the incident as if every timer had been on time: due steps are done first, and their events come first. Where the
 * rule refuses, the timers do the steps.
 */
export function afterDue(
  incident: Incident,
  until: Until,
  rule: (incident: Incident) => IncidentDecision | null,
): IncidentDecision | null {
  let current = incident;
  const due: IncidentDraft[] = [];
  for (let fires = 0; fires < DUE_MAX; fires++) {
    const fired = fireIncident(current, until);
    if (!fired) break;
    current = fired.record;
    due.push(...fired.events);
  }
  const decision = rule(current);
  const [first, ...rest] = [...due, ...(decision?.events ?? [])];
  return decision && first ? { record: decision.record, events: [first, ...rest] } : null;
}

/** Warnings and breaches of three clocks, the end of a hold, and closing: more cannot be due at once. */
const DUE_MAX = 20;
