import { parse } from 'yaml';
import { z } from 'zod';
import { Environment, IncidentHoldReason, IncidentState } from '../generated/api.ts';
import { isTimeZone } from '@desk/kit/time/local-time';
import { DELIMITERS, ENCODINGS } from './form.ts';
import { TIME_FORMATS } from './time-form.ts';

/** How to read another system's export, as a mapping file says it. Its columns and codes are checked by `rowReader`. */
export type ImportMapping = z.infer<typeof mappingFile>;

/** Which of our codes the values of a column become. */
export type ValueRule = z.infer<typeof rule>;

/** In a rule: each value gets one of all our codes, always the same. */
export const SPREAD = 'SPREAD';

/** As a state: the row keeps the state that the incident had. */
export const KEEP = 'KEEP' as const;

/** In a proposed mapping: a decision that a person must take before it can be imported. */
export const REVIEW = 'REVIEW';

/** The reasons why an import cannot begin: everything that was found, a sentence each. */
export class ImportProblem extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ImportProblem';
    this.problems = problems;
  }
}

/** The mapping in the text of a mapping file. Throws ImportProblem that names every wrong place of it. */
export function readMapping(text: string): ImportMapping {
  const given: unknown = parse(text);
  const undecided = placesOf(given, REVIEW);
  const read = mappingFile.safeParse(given);
  if (read.success && !undecided.length) return read.data;
  const wrong = (read.error?.issues ?? [])
    .map(({ path, message }) => ({ place: path.join('.') || 'whole file', message }))
    .filter(({ place }) => !undecided.includes(place));
  throw new ImportProblem([
    ...undecided.map((place) => `Mapping, ${place}: says ${REVIEW} and needs a decision.`),
    ...wrong.map(({ place, message }) => `Mapping, ${place}: ${message}.`),
  ]);
}

/** The places of a mapping that hold a word. */
function placesOf(value: unknown, word: string, place = ''): string[] {
  if (value === word) return [place];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => placesOf(each, word, place ? `${place}.${key}` : key));
}

const name = z.string().trim().min(1, 'must not be empty');

/** Columns become names of stored fields: those must not look like operators or paths. */
const keptColumn = name.regex(/^[^.$]+$/, 'a kept column must have no "." or "$" in its name');

const rule = z.strictObject({
  column: name.optional(),
  values: z.record(z.string(), name).default({}),
  others: name.optional(),
  default: name.optional(),
});

const state = z
  .strictObject({ state: z.enum([...Object.values(IncidentState), KEEP]), hold: z.enum(IncidentHoldReason).optional() })
  .refine((value) => (value.state === 'ON_HOLD') === (value.hold !== undefined), {
    message: '`hold` belongs to ON_HOLD, and ON_HOLD needs it',
  });

/** What a row tells by itself: where it stands, and the text that stands for it where a row has none. */
const perColumn = {
  number: name.optional(),
  order: name.optional(),
  state: name.optional(),
  openedAt: name.optional(),
  updatedAt: name.optional(),
  resolvedAt: name.optional(),
  closedAt: name.optional(),
  reassignmentCount: name.optional(),
  reopenCount: name.optional(),
  vendorReference: name.optional(),
  waitsFor: name.optional(),
};

const mappingFile = z.strictObject({
  source: name.regex(/^[A-Z][A-Z0-9_-]*$/, 'must be a code such as SERVICENOW'),
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.enum(DELIMITERS).default(','),
  unknown: z.array(z.string()).default([]),
  timeFormat: z.enum(TIME_FORMATS),
  timeZone: name.refine(isTimeZone, 'must be an IANA time zone such as America/Toronto'),
  environment: z.enum(Environment).default('PRODUCTION'),
  skippedHour: z.enum(['REJECT', 'FORWARD']).default('REJECT'),
  timesAgainstOrder: z.enum(['REJECT', 'KEEP_ORDER']).default('REJECT'),
  columns: z.strictObject({ ...perColumn, number: name, openedAt: name }),
  defaults: z.strictObject(perColumn).default({}),
  states: z.record(z.string(), state),
  impact: rule,
  urgency: rule,
  priority: rule.default({ values: {} }),
  service: rule,
  category: rule,
  assignmentGroup: rule,
  organization: rule,
  title: name,
  description: name,
  resolution: z.strictObject({ code: rule, cause: rule, text: name }),
  keep: z
    .strictObject({ codes: z.array(keptColumn).default([]), people: z.array(keptColumn).default([]) })
    .default({ codes: [], people: [] }),
});
