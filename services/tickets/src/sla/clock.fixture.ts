import { toronto } from '@desk/kit/time/clock.fixture';
import { startClock, type ClockTarget } from '@desk/kit/time/clock';
import { versionOf } from '@desk/kit/time/data-file';
import type { IncidentClockKind, Priority } from '../generated/api.ts';
import { loadReferenceData } from './port.ts';
import { targetOf } from './reference-data.ts';
import type { IncidentClock } from './sla.ts';

/** The policy of incidents, version 1. */
export const policy = versionOf(loadReferenceData().policies, 'INCIDENT', 1);

/** The target that the policy promises. Throws where it promises none. */
export function promise(priority: Priority, kind: IncidentClockKind): ClockTarget {
  const target = targetOf(policy, priority, kind);
  if (!target) throw new Error(`${priority} promises no ${kind}`);
  return target;
}

/** A clock of the policy, started at a Toronto wall time. */
export function start(priority: Priority, kind: IncidentClockKind, local: string): IncidentClock {
  return startClock(kind, promise(priority, kind), { at: toronto(local), cause: 'CREATED' });
}
