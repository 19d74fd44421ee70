import { z } from 'zod';
import { budget, budgetReader, id, provenance, readCalendars, timeZoneData, version } from '@desk/kit/time/calendars';
import type { Budget, BudgetText, CalendarFile, Calendars } from '@desk/kit/time/calendars';
import type { ClockTarget } from '@desk/kit/time/clock';
import { DataFiles, deepFreeze, referenceTo, type Provenance } from '@desk/kit/time/data-file';
import { Environment, Impact, IncidentClockKind, Priority, Urgency } from '../generated/api.ts';
import type { PriorityMatrix } from './priority.ts';

/** A version of the promises to customers. */
export interface SlaPolicy extends Provenance {
  id: string;
  version: number;
  /** Null: not promised. */
  targets: Record<Priority, Record<IncidentClockKind, Budget | null>>;
  /** How long after resolution an incident can still be reopened. */
  autoClose: Budget;
}

/** All versions of all reference data, as loaded when the service starts. Frozen. */
export interface ReferenceData extends Calendars {
  policies: readonly SlaPolicy[];
  matrices: readonly (PriorityMatrix & Provenance)[];
  /** The version of the time zone rules in this process, as `2025c`. */
  timeZoneData: string;
}

/** The name of a data file. */
export type DataFile = CalendarFile | 'sla-policies.yaml' | 'priority.yaml';

/** Reads the data files. Throws one DataProblem that names every wrong place of every file. */
export function readReferenceData(texts: Record<DataFile, string>): ReferenceData {
  const files = new DataFiles<DataFile>(texts);
  const calendars = readCalendars(files);
  const stated = files.read('sla-policies.yaml', policiesFile)?.policies ?? [];
  const matrices = files.read('priority.yaml', priorityFile)?.matrices ?? [];
  const budgetOf = budgetReader(files, calendars);
  const policies = stated.map((policy) => {
    const link = (text: BudgetText) => budgetOf(`sla-policies.yaml ${referenceTo(policy)}`, text);
    const targets = mapValues(policy.targets, (kinds) => mapValues(kinds, (target) => target && link(target)));
    return { ...policy, targets, autoClose: link(policy.autoClose) };
  });
  files.byReference('sla-policies.yaml', policies);
  files.byReference('priority.yaml', matrices);
  if (matrices.length === 0) files.problem('priority.yaml: has no matrix');
  if (policies.length === 0) files.problem('sla-policies.yaml: has no policy');
  files.done();
  return deepFreeze({
    ...calendars,
    // A budget that names no calendar was refused above.
    policies: policies.map((policy) => ({ ...policy, autoClose: policy.autoClose as Budget })),
    matrices,
    timeZoneData: timeZoneData(),
  });
}

/** The target that a policy promises for a priority and kind of clock; null when it promises none. */
export function targetOf(policy: SlaPolicy, priority: Priority, kind: IncidentClockKind): ClockTarget | null {
  const target = policy.targets[priority][kind];
  return target && { policyId: policy.id, policyVersion: policy.version, ...target };
}

/** An object of the file with exactly one value for each code of an enum of the API. */
function forEach<Code extends string, Value extends z.ZodType>(codes: Record<string, Code>, value: Value) {
  return z.strictObject(Object.fromEntries(Object.values(codes).map((code) => [code, value])) as Record<Code, Value>);
}

const promises = forEach(IncidentClockKind, budget.nullable().default(null));

const policiesFile = z.strictObject({
  policies: z.array(
    z.strictObject({ id, version, ...provenance, targets: forEach(Priority, promises), autoClose: budget }),
  ),
});

const priority = z.enum(Priority);
const priorityFile = z.strictObject({
  matrices: z.array(
    z.strictObject({
      id,
      version,
      ...provenance,
      cells: forEach(Impact, forEach(Urgency, priority)),
      caps: forEach(Environment, priority.nullable()),
    }),
  ),
});

function mapValues<K extends string, V, W>(record: Record<K, V>, change: (value: V) => W): Record<K, W> {
  const entries = Object.entries(record) as [K, V][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)])) as Record<K, W>;
}
