import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { minuteOfDay } from './business-calendar.ts';
import type { BusinessCalendar } from './business-calendar.ts';
import type { ClockKind, ClockTarget } from './clock.ts';
import { epochDay } from './holidays.ts';
import type { BilingualText, HolidaySet } from './holidays.ts';
import type { Priority, PriorityMatrix } from './priority.ts';

/** Where a figure comes from. `placeholder` marks what is not public and waits for the SLA's real numbers. */
export interface Provenance {
  source: string;
  placeholder: boolean;
}

/** A calendar as the data file holds it. */
export interface NamedCalendar extends BusinessCalendar, Provenance {
  name: BilingualText;
}

/** How much open time of which calendar. */
export interface Budget {
  budgetMs: number;
  calendar: BusinessCalendar;
}

/** A version of the promises to customers. */
export interface SlaPolicy extends Provenance {
  id: string;
  version: number;
  /** Null: not promised. */
  targets: Record<Priority, Record<ClockKind, Budget | null>>;
  /** How long after resolution an incident can still be reopened. */
  autoClose: Budget;
}

/** All versions of all reference data, as loaded when the service starts. Frozen. */
export interface ReferenceData {
  holidaySets: readonly (HolidaySet & Provenance)[];
  calendars: readonly NamedCalendar[];
  policies: readonly SlaPolicy[];
  matrices: readonly (PriorityMatrix & Provenance)[];
  /** The version of the time zone rules in this process, such as '2025c': a clock change that a newer one knows moves due instants. */
  timeZoneData: string;
}

const FILES = ['holidays.yaml', 'calendars.yaml', 'sla-policies.yaml', 'priority.yaml'] as const;

/**
 * Reads the four data files. Throws one ReferenceDataProblem that names every wrong place of every file, so that
 * a service with wrong data stops before it starts.
 */
export function loadReferenceData(directory: URL = new URL('../data/', import.meta.url)): ReferenceData {
  const texts = FILES.map((file) => [file, readFileSync(new URL(file, directory), 'utf8')] as const);
  return readReferenceData(Object.fromEntries(texts) as Record<DataFile, string>);
}

/** The name of a data file. */
export type DataFile = (typeof FILES)[number];

/** Every problem of the data files, one line each: file, path, what is wrong. */
export class ReferenceDataProblem extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`the reference data is wrong:\n${problems.join('\n')}`);
    this.name = 'ReferenceDataProblem';
    this.problems = problems;
  }
}

/** The same as `loadReferenceData`, from texts. */
export function readReferenceData(texts: Record<DataFile, string>): ReferenceData {
  const problems: string[] = [];
  const holidays = check('holidays.yaml', texts, holidaysFile, problems)?.sets ?? [];
  const calendars = check('calendars.yaml', texts, calendarsFile, problems)?.calendars ?? [];
  const policies = check('sla-policies.yaml', texts, policiesFile, problems)?.policies ?? [];
  const matrices = check('priority.yaml', texts, priorityFile, problems)?.matrices ?? [];

  const holidaySets = byVersion('holidays.yaml', holidays, problems);
  const linkedCalendars = byVersion(
    'calendars.yaml',
    calendars.map((calendar) => {
      const where = `calendars.yaml ${calendar.id}@${calendar.version}`;
      return {
        ...calendar,
        holidays: calendar.holidays === null ? null : resolve(where, holidaySets, calendar.holidays, problems),
      };
    }),
    problems,
  );
  const linkedPolicies = policies.map((policy) => {
    const where = `sla-policies.yaml ${policy.id}@${policy.version}`;
    const link = ({ budget, calendar }: BudgetText): Budget | null => {
      const found = resolve(where, linkedCalendars, calendar, problems);
      return found && { budgetMs: budget, calendar: found };
    };
    const targets = mapValues(policy.targets, (kinds) => mapValues(kinds, (target) => target && link(target)));
    return { ...policy, targets, autoClose: link(policy.autoClose) };
  });
  byVersion('sla-policies.yaml', linkedPolicies, problems);
  byVersion('priority.yaml', matrices, problems);
  if (matrices.length === 0) problems.push('priority.yaml: has no matrix');
  if (policies.length === 0) problems.push('sla-policies.yaml: has no policy');
  if (problems.length > 0) throw new ReferenceDataProblem([...new Set(problems)]);

  return deepFreeze({
    holidaySets: [...holidaySets.values()],
    calendars: [...linkedCalendars.values()],
    // An unresolved reference is a problem and was thrown above.
    policies: linkedPolicies.map((policy) => ({ ...policy, autoClose: present(policy.autoClose) })),
    matrices,
    timeZoneData: process.versions.tz ?? 'unknown',
  });
}

/** The newest version of a policy, matrix or calendar. Throws RangeError when there is none of that id. */
export function newest<T extends Versioned>(versions: readonly T[], id: string): T {
  const found = versions.filter((each) => each.id === id).sort((a, b) => b.version - a.version)[0];
  if (!found) throw new RangeError(`the reference data has no ${id}`);
  return found;
}

/** Exactly this version, as a clock names it. Throws RangeError when it is not there: a version in use was removed. */
export function versionOf<T extends Versioned>(versions: readonly T[], id: string, version: number): T {
  const found = versions.find((each) => each.id === id && each.version === version);
  if (!found) throw new RangeError(`the reference data has no ${id}@${version}`);
  return found;
}

/** What the policy promises for this priority and kind of clock; null when it promises nothing. */
export function targetOf(policy: SlaPolicy, priority: Priority, kind: ClockKind): ClockTarget | null {
  const target = policy.targets[priority][kind];
  return target && { policyId: policy.id, policyVersion: policy.version, ...target };
}

interface Versioned {
  id: string;
  version: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** A year of hours: longer is a slip of the pen, and a clock on it would search a century of days. */
const BUDGET_HOURS_MAX = 8_784;
const COMMON_YEAR = 2025;

const version = z.int().min(1);
const id = z.string().regex(/^[A-Z0-9][A-Z0-9-]*$/, 'is not an id in capitals, digits and hyphens');
const reference = z.string().regex(/^[A-Z0-9][A-Z0-9-]*@[1-9]\d*$/, 'is not a reference such as ON-BUS@1');
const text = z.strictObject({ en: z.string().min(1), fr: z.string().min(1) });
const provenance = { source: z.string().min(1), placeholder: z.boolean().default(false) };
const month = z.int().min(1).max(12);
const weekday = z.int().min(1).max(7);
const day = z.int().min(1).max(31);
const year = z.int().min(1900).max(2200).nullable().default(null);

const holidayDate = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('FIXED'), month, day }),
    z.strictObject({ kind: z.literal('NTH_WEEKDAY'), month, weekday, nth: z.int().min(1).max(4) }),
    z.strictObject({ kind: z.literal('WEEKDAY_BEFORE'), month, day, weekday }),
    z.strictObject({ kind: z.literal('EASTER'), offsetDays: z.int().min(-60).max(60) }),
  ])
  // 29 February is refused as well: it would wander to 1 March in most years.
  .refine((rule) => !('day' in rule) || existsEveryYear(rule.month, rule.day), 'is not a date of every year');

const holidaysFile = z.strictObject({
  sets: z.array(
    z.strictObject({
      id,
      version,
      ...provenance,
      observed: z.enum(['NONE', 'NEXT_FREE_WEEKDAY']),
      rules: z.array(z.strictObject({ name: text, date: holidayDate, firstYear: year, lastYear: year })).max(60),
    }),
  ),
});

const time = z.string().refine((value) => minuteOfDay(value) !== null, "is not a time such as '09:00'");
const segments = z
  .array(z.strictObject({ from: time, to: time }))
  .max(24)
  .refine((list) => inOrder(list), 'has segments that are empty, overlap or are not in order');
const week = z.strictObject({
  1: segments.default([]),
  2: segments.default([]),
  3: segments.default([]),
  4: segments.default([]),
  5: segments.default([]),
  6: segments.default([]),
  7: segments.default([]),
});

const calendarsFile = z.strictObject({
  calendars: z.array(
    z
      .strictObject({
        id,
        version,
        name: text,
        ...provenance,
        timeZone: z.string().refine(isTimeZone, 'is not an IANA time zone'),
        always: z.boolean().default(false),
        holidays: reference.nullable().default(null),
        week: week.default({ 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }),
      })
      .refine((each) => each.always !== Object.values(each.week).some((list) => list.length > 0), {
        message: 'has either always: true or opening hours, not both and not neither',
      })
      .refine((each) => !each.always || each.holidays === null, 'is always open, so it has no holidays'),
  ),
});

const budget = z.string().transform((value, context) => {
  const parts = /^PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?$/.exec(value);
  const [hours, minutes, seconds] = [1, 2, 3].map((group) => Number(parts?.[group] ?? 0));
  const ms = (hours ?? 0) * HOUR_MS + (minutes ?? 0) * MINUTE_MS + (seconds ?? 0) * SECOND_MS;
  if (parts && ms > 0 && ms <= BUDGET_HOURS_MAX * HOUR_MS) return ms;
  context.addIssue(`is ${value}, not a duration in hours, minutes and seconds such as PT4H (days are refused)`);
  return z.NEVER;
});
const target = z.strictObject({ budget, calendar: reference });
type BudgetText = z.infer<typeof target>;
const promise = target.nullable().default(null);
const promises = z.strictObject({ RESPONSE: promise, RESOLUTION: promise, UPDATE: promise });

const policiesFile = z.strictObject({
  policies: z.array(
    z.strictObject({
      id,
      version,
      ...provenance,
      targets: z.strictObject({ P1: promises, P2: promises, P3: promises, P4: promises }),
      autoClose: target,
    }),
  ),
});

const priority = z.enum(['P1', 'P2', 'P3', 'P4']);
const row = z.strictObject({ HIGH: priority, MEDIUM: priority, LOW: priority });
const priorityFile = z.strictObject({
  matrices: z.array(
    z.strictObject({
      id,
      version,
      ...provenance,
      cells: z.strictObject({ HIGH: row, MEDIUM: row, LOW: row }),
      caps: z.strictObject({ PRODUCTION: priority.nullable(), SANDBOX: priority.nullable(), QA: priority.nullable() }),
    }),
  ),
});

function check<T>(file: DataFile, texts: Record<DataFile, string>, schema: z.ZodType<T>, problems: string[]): T | null {
  let content: unknown;
  try {
    content = parse(texts[file]);
  } catch (error) {
    problems.push(`${file}: is not YAML: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  problems.push(...result.error.issues.map((issue) => `${file} ${issue.path.join('.')}: ${issue.message}`));
  return null;
}

function byVersion<T extends Versioned>(file: DataFile, versions: readonly T[], problems: string[]): Map<string, T> {
  const found = new Map<string, T>();
  for (const each of versions) {
    const key = `${each.id}@${each.version}`;
    if (found.has(key)) problems.push(`${file} ${key}: is there twice`);
    found.set(key, each);
  }
  return found;
}

function resolve<T>(where: string, found: Map<string, T>, key: string, problems: string[]): T | null {
  const value = found.get(key) ?? null;
  if (value === null) problems.push(`${where}: names ${key}, which is not there`);
  return value;
}

function existsEveryYear(monthOfYear: number, dayOfMonth: number): boolean {
  return new Date(epochDay(COMMON_YEAR, monthOfYear, dayOfMonth) * 24 * HOUR_MS).getUTCDate() === dayOfMonth;
}

function inOrder(list: { from: string; to: string }[]): boolean {
  let last = 0;
  return list.every(({ from, to }) => {
    const [opens, closes] = [minuteOfDay(from) ?? 0, minuteOfDay(to) ?? 0];
    const fits = last <= opens && opens < closes;
    last = closes;
    return fits;
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function mapValues<K extends string, V, W>(record: Record<K, V>, change: (value: V) => W): Record<K, W> {
  const entries = Object.entries(record) as [K, V][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value)])) as Record<K, W>;
}

function present<T>(value: T | null): T {
  if (value === null) throw new RangeError('a checked reference is missing');
  return value;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
