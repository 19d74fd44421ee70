import { SYSTEM_ACTOR, type EventDraft } from '@desk/kit/event';
import type { Decision } from '@desk/kit/decision';
import { fireClock } from './clock.ts';
import { closed, resumed } from './incident-acts.ts';
import { dueActs, settled } from './incident-clocks.ts';
import { told } from './incident-event.ts';
import type { Act, Incident } from './incident.ts';
import type { Sla } from './sla.ts';

/**
 * The one thing that an incident owes first at `now`: a warning, a breach, the end of a hold, or closing. Stamped with the
 * instant at which it fell due, however late it is done. Null when nothing is due.
 */
export function fireIncident(incident: Incident, now: Date, sla: Sla): Decision<Incident> | null {
  const due = dueActs(incident, sla)
    .filter((act) => act.wakeAt <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
  if (!due) return null;
  const act: Act = { at: due.at, actor: SYSTEM_ACTOR, sla, allowedActions: () => [] };
  if (due.what === 'CLOSE') return closed(incident, act);
  if (due.what === 'RESUME') return told(incident, settled(resumed(incident, 'DATE', act), act), 'RESUMED', act);
  const fired = {
    ...incident,
    clocks: incident.clocks.map((clock) => (clock.kind === due.what ? fireClock(clock, sla.calendarOf(clock)) : clock)),
  };
  return told(incident, settled(fired, act), null, act);
}

/**
 * Lets `act` meet the incident as it would be had every timer been on time: what fell due before is done first, and told
 * with it. An act that is refused leaves it to the timers.
 */
export function afterDue(
  incident: Incident,
  { at, sla }: Pick<Act, 'at' | 'sla'>,
  act: (incident: Incident) => Decision<Incident> | null,
): Decision<Incident> | null {
  let current = incident;
  const due: EventDraft[] = [];
  for (let fires = 0; fires < DUE_MAX; fires++) {
    const fired = fireIncident(current, at, sla);
    if (!fired) break;
    current = fired.record;
    due.push(...fired.events);
  }
  const decision = act(current);
  const [first, ...rest] = [...due, ...(decision?.events ?? [])];
  return decision && first ? { record: decision.record, events: [first, ...rest] } : null;
}

/** Warnings and breaches of three clocks, the end of a hold, and closing: more cannot be due at once. */
const DUE_MAX = 20;
