import { LocalTimeProblem, instantOf } from '@desk/kit/time/local-time';
import { createHash } from 'node:crypto';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import {
  CauseCategory,
  Impact,
  IncidentResolutionCode,
  Priority,
  Urgency,
  type IncidentState,
} from '../generated/api.ts';
import { TEXT_KIB_MAX, TITLE_CHARACTERS_MAX } from '../incident/incident.ts';
import type { ImportSource, SourceRow, SourceTime } from './source.ts';
import { timeReader, type WallTime } from './time-form.ts';
import { ImportProblem, KEEP, SPREAD, type ImportMapping, type ValueRule } from './mapping.ts';

/** A row in our words; or why it cannot be read, with its number where there is one. */
export type ReadRow = SourceRow | { number: string | null; reason: string };

/** Reads a file's rows by a mapping. */
export interface RowReader {
  source: ImportSource;
  /** The number of the incident that the fields speak of; null when they do not say. */
  numberOf(fields: readonly string[]): string | null;
  /** Reads the fields of the row that begins on a line. Never throws. */
  read(fields: readonly string[], line: number): ReadRow;
}

/** An organization that incidents can be given to. */
export type KnownOrganization = DirectoryRecords['organization'] & { _id: string };

/** The codes and organizations that a mapping may refer to. */
export interface ImportGround {
  catalogue: Catalogue;
  /** Codes of the directory's services. */
  services: readonly string[];
  /** Empty: the desk knows no organization yet. Null: the caller does not know them, and they are not checked. */
  organizations: readonly KnownOrganization[] | null;
  /** Rows of later instants are rejects. */
  now: Date;
}

/**
 * A reader for the rows of a file with this header. Throws ImportProblem with every column that the header misses, and
 * every code and organization that is not ours.
 */
export function rowReader(mapping: ImportMapping, header: readonly string[], ground: ImportGround): RowReader {
  const file = new Header(header, mapping, ground.now);
  const cells = cellsOf(file, mapping, ground);
  const { impact, urgency, service, organization, category, group, code, cause } = cells;
  const assumed = {
    impact: file.required(impact.unknown, 'impact'),
    urgency: file.required(urgency.unknown, 'urgency'),
    serviceId: file.required(service.unknown, 'service'),
    organizationId: file.required(organization.unknown, 'organization'),
    categoryId: category.unknown,
    assignmentGroupId: group.unknown,
  };
  const solution = {
    code: file.required(code.unknown, 'resolution.code'),
    cause: file.required(cause.unknown, 'resolution.cause'),
  };
  if (!mapping.columns.state && !mapping.defaults.state) file.lacks('columns.state', 'defaults.state');
  file.done();
  const { environment, timesAgainstOrder } = mapping;
  const source = { name: mapping.source, environment, timesAgainstOrder, assumed };
  return {
    source,
    numberOf: (fields) => cells.number(fields, []),
    read: (fields, line) => readRow({ mapping, cells, solution }, fields, line),
  };
}

/** The readers of a row's values. */
type Cells = ReturnType<typeof cellsOf>;

function cellsOf(file: Header, mapping: ImportMapping, { catalogue, services, organizations }: ImportGround) {
  const { columns, defaults, resolution, keep } = mapping;
  const part = (name: keyof typeof columns) => [columns[name], `columns.${name}`, defaults[name]] as const;
  return {
    number: file.text(...part('number')),
    order: file.order(...part('order')),
    state: file.text(...part('state')),
    openedAt: file.instant(...part('openedAt')),
    updatedAt: file.instant(...part('updatedAt')),
    resolvedAt: file.instant(...part('resolvedAt')),
    closedAt: file.instant(...part('closedAt')),
    reassignmentCount: file.count(...part('reassignmentCount')),
    reopenCount: file.count(...part('reopenCount')),
    vendorReference: file.text(...part('vendorReference')),
    waitsFor: file.text(...part('waitsFor')),
    impact: file.code(mapping.impact, 'impact', { codes: Object.values(Impact) }),
    urgency: file.code(mapping.urgency, 'urgency', { codes: Object.values(Urgency) }),
    priority: file.code(mapping.priority, 'priority', { codes: Object.values(Priority) }),
    service: file.code(mapping.service, 'service', { codes: services }),
    category: file.code(mapping.category, 'category', { codes: idsOf(catalogue.categories) }),
    group: file.code(mapping.assignmentGroup, 'assignmentGroup', { codes: idsOf(catalogue.assignmentGroups) }),
    code: file.code(resolution.code, 'resolution.code', { codes: Object.values(IncidentResolutionCode) }),
    cause: file.code(resolution.cause, 'resolution.cause', { codes: Object.values(CauseCategory) }),
    organization: file.organization(mapping.organization, organizations),
    title: file.template(mapping.title, 'title'),
    description: file.template(mapping.description, 'description'),
    solution: file.template(resolution.text, 'resolution.text'),
    codes: file.kept(keep.codes, 'keep.codes'),
    people: file.kept(keep.people, 'keep.people'),
  };
}

/** How the rows of a file are read. */
interface Reading {
  mapping: ImportMapping;
  cells: Cells;
  /** The solution where a row has none. */
  solution: Pick<SourceRow['resolution'], 'code' | 'cause'>;
}

function readRow(reading: Reading, fields: Fields, line: number): ReadRow {
  const { mapping, cells, solution } = reading;
  const { columns } = mapping;
  const reasons: string[] = [];
  const must = <T>(value: T | null, column: string): T => {
    if (value === null && !reasons.some((reason) => reason.startsWith(`${column} `)))
      reasons.push(`${column} is missing`);
    return value as T;
  };
  const { state, holdReason } = readState(reading, fields, reasons);
  const [order, reassignments, reopenings] = (['order', 'reassignmentCount', 'reopenCount'] as const).map((part) =>
    cells[part](fields, reasons),
  );
  const number = must(cells.number(fields, reasons), columns.number);
  const { skipped, ...times } = readTimes(reading, { fields, state, must }, reasons);
  const { untitled, ...texts } = readTexts(reading, { fields, number }, reasons);
  const kinds = {
    SKIPPED_HOUR: skipped,
    GROUPED_COUNT: [order, reassignments, reopenings].some((count) => count?.grouped),
    NO_TITLE: untitled,
  };
  const row: SourceRow = {
    number,
    order: columns.order ? must(order?.value ?? null, columns.order) : 0,
    line,
    ...times,
    state,
    holdReason,
    impact: cells.impact.of(fields, reasons),
    urgency: cells.urgency.of(fields, reasons),
    priority: cells.priority.of(fields, reasons),
    organizationId: cells.organization.of(fields, reasons),
    serviceId: cells.service.of(fields, reasons),
    categoryId: cells.category.of(fields, reasons),
    assignmentGroupId: cells.group.of(fields, reasons),
    reassignmentCount: reassignments?.value ?? null,
    reopenCount: reopenings?.value ?? null,
    vendorReference: cells.vendorReference(fields, reasons),
    waitsFor: cells.waitsFor(fields, reasons),
    ...texts,
    resolution: {
      code: cells.code.of(fields, reasons) ?? solution.code,
      cause: cells.cause.of(fields, reasons) ?? solution.cause,
      text: cells.solution(fields)?.trim() || `Resolved in ${mapping.source}.`,
    },
    codes: cells.codes(fields),
    people: cells.people(fields),
    notes: (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) => (kinds[kind] ? [{ kind, line }] : [])),
  };
  return reasons.length ? { number: row.number, reason: reasons.join('; ') } : row;
}

function readState(
  { mapping, cells }: Reading,
  fields: Fields,
  reasons: string[],
): Pick<SourceRow, 'state' | 'holdReason'> {
  const { columns, states } = mapping;
  const column = columns.state ?? 'defaults.state';
  const text = cells.state(fields, reasons);
  const known = text !== null && Object.hasOwn(states, text) ? states[text] : undefined;
  if (known?.state === KEEP) return { state: null, holdReason: null };
  if (!known) reasons.push(text === null ? `${column} is missing` : `${column} "${shown(text)}" is not in the mapping`);
  return { state: known?.state ?? 'NEW', holdReason: known?.hold ?? null };
}

const TIMES = ['openedAt', 'updatedAt', 'resolvedAt', 'closedAt'] as const;

/** The times of a row. A list without a column of updates has the row's last change where its state tells it. */
function readTimes(
  { mapping, cells }: Reading,
  row: { fields: Fields; state: SourceRow['state']; must: <T>(value: T | null, column: string) => T },
  reasons: string[],
): Pick<SourceRow, SourceTime | 'later'> & { skipped: boolean } {
  const { columns, defaults } = mapping;
  const [openedAt, updated, resolvedAt, closedAt] = TIMES.map((part) => cells[part](row.fields, reasons));
  const changed = { updated, opened: openedAt, resolved: resolvedAt, closed: closedAt ?? resolvedAt };
  const updatedBy = columns.updatedAt || defaults.updatedAt ? 'updated' : ENDS[row.state ?? 'NEW'];
  const updatedAt = changed[updatedBy];
  if (!updatedAt && updatedBy !== 'updated' && updatedBy !== 'opened')
    reasons.push(`it is ${row.state}, and no column says since when`);
  const read = { openedAt, updatedAt, resolvedAt, closedAt };
  return {
    openedAt: row.must(openedAt ?? null, columns.openedAt)?.at,
    updatedAt: (updatedBy === 'updated' ? row.must(updatedAt ?? null, columns.updatedAt ?? 'updatedAt') : updatedAt)
      ?.at as Date,
    resolvedAt: resolvedAt?.at ?? null,
    closedAt: closedAt?.at ?? null,
    later: Object.fromEntries(TIMES.flatMap((part) => (read[part]?.later ? [[part, read[part].later]] : []))),
    skipped: Object.values(read).some((each) => each?.skipped),
  };
}

/** Which time of a list's row tells since when it has its state. */
const ENDS: Record<IncidentState, 'opened' | 'resolved' | 'closed'> = {
  NEW: 'opened',
  ASSIGNED: 'opened',
  IN_PROGRESS: 'opened',
  ON_HOLD: 'opened',
  RESOLVED: 'resolved',
  CLOSED: 'closed',
  CANCELLED: 'closed',
};

/** Title and description. An empty one gets a text that says so. */
function readTexts(
  { mapping, cells }: Reading,
  { fields, number }: { fields: Fields; number: string },
  reasons: string[],
): Pick<SourceRow, 'title' | 'description'> & { untitled: boolean } {
  const own = cells.title(fields)?.replace(/\s+/g, ' ').trim();
  const title = own || `No title in ${mapping.source} (${number})`;
  const description = cells.description(fields)?.trim() || `No description in ${mapping.source}.`;
  if (Buffer.byteLength(description) > TEXT_KIB_MAX * BYTES_PER_KIB)
    reasons.push(`the description has more than ${TEXT_KIB_MAX} KiB`);
  return {
    title: title.length > TITLE_CHARACTERS_MAX ? `${title.slice(0, TITLE_CHARACTERS_MAX - 1)}…` : title,
    description,
    untitled: !own,
  };
}

/** A letter, a digit or a sign: something to read. */
const VISIBLE = /[\p{L}\p{N}\p{S}]/u;
const BYTES_PER_KIB = 1024;
const TEXT_CHARACTERS_MAX = 200;
const SHOWN_CHARACTERS_MAX = 60;

type Fields = readonly string[];
/** Reads a value. Null: unknown, or wrong, which is then added to the reasons. */
type Cell<T> = (fields: Fields, reasons: string[]) => T | null;
interface Coded<T> {
  /** The code of an unknown value. Null: none. */
  unknown: T | null;
  of: Cell<T>;
}

/** Finds columns by name, and collects the problems between mapping and file. */
class Header {
  readonly #problems: string[] = [];
  readonly #columns: ReadonlyMap<string, number>;
  readonly #unknown: ReadonlySet<string>;
  readonly #instantOf: (text: string) => ReadTime | string;

  constructor(header: readonly string[], mapping: ImportMapping, now: Date) {
    this.#columns = new Map(columnNames(header).map((name, index) => [name, index]));
    this.#unknown = new Set(['', ...mapping.unknown]);
    this.#instantOf = instantReader(mapping, now);
  }

  /** Throws ImportProblem when anything was found. */
  done(): void {
    if (this.#problems.length) throw new ImportProblem(this.#problems);
  }

  lacks(part: string, standing: string): void {
    this.#problems.push(`Mapping, ${part}: must name a column, or ${standing} a value for every row.`);
  }

  required<T>(value: T | null, where: string): T {
    if (value === null) this.#problems.push(`Mapping, ${where}: needs a default for unknown values.`);
    return value as T;
  }

  /** The trimmed text of a column; a column that the mapping leaves out is unknown in each row. */
  text(name: string | undefined, where: string, standing?: string): Cell<string> {
    const raw = this.#raw(name, where, standing);
    return (fields, reasons) => {
      const value = raw(fields);
      if (value === null || value.length <= TEXT_CHARACTERS_MAX) return value;
      reasons.push(`${name} has more than ${TEXT_CHARACTERS_MAX} characters`);
      return null;
    };
  }

  count(name: string | undefined, where: string, standing?: string): Cell<ReadCount> {
    const raw = this.#raw(name, where, standing);
    return (fields, reasons) => {
      const value = raw(fields);
      if (value === null) return null;
      const count = readCount(value);
      if (!count) reasons.push(`${name} "${shown(value)}" is not a whole number`);
      return count;
    };
  }

  /** A place in an order: a whole number, one with a prefix, or a time. */
  order(name: string | undefined, where: string, standing?: string): Cell<ReadCount> {
    const raw = this.#raw(name, where, standing);
    return (fields, reasons) => {
      const value = raw(fields);
      if (value === null) return null;
      const kind = orderKind(value);
      if (kind === 'COUNT') return readCount(value);
      if (kind === 'PREFIXED') return { value: Number(/\d+$/.exec(value)?.[0]), grouped: false };
      const time = this.#instantOf(value);
      if (typeof time !== 'string') return { value: time.at.getTime(), grouped: false };
      reasons.push(`${name} "${shown(value)}" is not a whole number, and as a time it ${time}`);
      return null;
    };
  }

  instant(name: string | undefined, where: string, standing?: string): Cell<ReadTime> {
    const raw = this.#raw(name, where, standing);
    return (fields, reasons) => {
      const value = raw(fields);
      const instant = value === null ? null : this.#instantOf(value);
      if (typeof instant !== 'string') return instant;
      reasons.push(`${name} "${shown(value ?? '')}" ${instant}`);
      return null;
    };
  }

  /** The codes of a rule. SPREAD goes over `spreadOver`, which is all codes by default. */
  code<T extends string>(
    rule: ValueRule,
    where: string,
    { codes, spreadOver = codes }: { codes: readonly T[]; spreadOver?: readonly T[] },
  ): Coded<T> {
    const allowed = new Set<string>([...codes, SPREAD]);
    for (const named of [...Object.values(rule.values), rule.others, rule.default]) {
      if (named !== undefined && !allowed.has(named))
        this.#problems.push(`Mapping, ${where}: "${named}" is none of our codes.`);
    }
    const raw = this.#raw(rule.column, where);
    const values = new Map(Object.entries(rule.values));
    const become = (named: string, value: string) => (named === SPREAD ? spread(value, spreadOver) : (named as T));
    return {
      unknown: rule.default === undefined ? null : become(rule.default, ''),
      of(fields, reasons) {
        const value = raw(fields);
        if (value === null) return null;
        const named = values.get(value) ?? rule.others;
        if (named !== undefined) return become(named, value);
        reasons.push(`${rule.column} "${shown(value)}" is not in the mapping`);
        return null;
      },
    };
  }

  /** As `code`, over organizations: a mapping names them by code or id, and spreads over the active LDCs. */
  organization(rule: ValueRule, organizations: readonly KnownOrganization[] | null): Coded<string> {
    const column = this.#raw(rule.column, 'organization');
    if (!organizations) return { unknown: '', of: column };
    const idOf = new Map(organizations.flatMap(({ _id, code }) => [[code, _id] as const, [_id, _id] as const]));
    const named = [...Object.values(rule.values), rule.others, rule.default].filter((each) => each !== undefined);
    if (!organizations.length) {
      // Ids are taken on trust: the mirror may still be empty.
      for (const each of named.filter((one) => one.startsWith('org_'))) idOf.set(each, each);
      if (named.some((each) => !idOf.has(each))) {
        this.#problems.push(
          'The desk does not know any organization yet. Start it once (npm start), or give ids of organizations (org_...) in the mapping.',
        );
        return { unknown: '', of: column };
      }
    }
    const toId = (each: string) => idOf.get(each) ?? each;
    const ldcs = organizations.filter(({ type, active }) => type === 'LDC' && active);
    const byCode = ldcs.toSorted((a, b) => (a.code < b.code ? -1 : 1)).map(({ _id }) => _id);
    if (named.includes(SPREAD) && !byCode.length)
      this.#problems.push('Mapping, organization: there is no active LDC to spread over.');
    return this.code(
      {
        ...rule,
        values: Object.fromEntries(Object.entries(rule.values).map(([value, each]) => [value, toId(each)])),
        others: rule.others && toId(rule.others),
        default: rule.default && toId(rule.default),
      },
      'organization',
      { codes: [...idOf.values()], spreadOver: byCode },
    );
  }

  /** A text with {column} in it. An unknown value is shown as ?; null where the text would be nothing else. */
  template(text: string, where: string): (fields: Fields) => string | null {
    const parts = text.split(/\{([^{}]+)\}/).map((part, index) => (index % 2 ? this.#raw(part, where) : part));
    return (fields) => {
      const values = parts.map((part) => (typeof part === 'string' ? part : part(fields)));
      if (!values.some((value) => value && VISIBLE.test(value))) return null;
      return values.map((value) => value ?? '?').join('');
    };
  }

  /** The known values of columns, by name. */
  kept(names: readonly string[], where: string): (fields: Fields) => Record<string, string> {
    const cells = names.map((name) => [name, this.#raw(name, where)] as const);
    return (fields) =>
      Object.fromEntries(
        cells.flatMap(([name, raw]) => {
          const value = raw(fields);
          return value === null ? [] : [[name, value.slice(0, TEXT_CHARACTERS_MAX)]];
        }),
      );
  }

  /** The known text of a column. `standing` stands for an unknown one. */
  #raw(name: string | undefined, where: string, standing?: string): (fields: Fields) => string | null {
    if (name === undefined) return () => standing ?? null;
    const index = this.#columns.get(name);
    if (index === undefined) {
      this.#problems.push(`The file has no column "${name}", which the mapping names in ${where}.`);
      return () => null;
    }
    return (fields) => {
      const value = fields[index]?.trim() ?? '';
      return this.#unknown.has(value) ? (standing ?? null) : value;
    };
  }
}

/** The names by which columns are addressed: the second column called `category` is `category#2`. */
export function columnNames(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((text) => {
    const name = text.trim();
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

/** The same code for the same value, as long as the codes are the same; evenly over all of them. */
function spread<T>(value: string, codes: readonly T[]): T {
  const place = createHash('sha256').update(value).digest().readUInt32BE(0) % codes.length;
  return codes[place] as T;
}

/** No exporting system holds incidents from before this year: an earlier one is a slip. */
const YEAR_MIN = 1990;
/** The source's clock, or its zone, may be a little ahead. */
const AHEAD_MS_MAX = 86_400_000;
const INSTANTS_KEPT_MAX = 10_000;

/** An instant that a text names. */
interface ReadTime {
  /** Of an hour that happens twice, the first. */
  at: Date;
  /** Of an hour that happens twice, the second. */
  later: Date | null;
  /** The clocks skip the time, and the mapping's rule moved it on. */
  skipped: boolean;
}

/** Reads times of the mapping's form and zone: an instant, or the problem. */
function instantReader(mapping: ImportMapping, now: Date): (text: string) => ReadTime | string {
  const form = timeReader(mapping.timeFormat);
  const read = (text: string): ReadTime | string => {
    const time = form(text);
    if (time === 'NO_FORM') return `is not a time of the form ${mapping.timeFormat}`;
    if (time === 'NO_DATE') return 'is not a time of the calendar';
    const instant = readWallTime(time, mapping);
    if (typeof instant === 'string') return instant;
    if (Number(time.wall.slice(0, 4)) < YEAR_MIN) return `is before ${YEAR_MIN}`;
    return instant.at.getTime() > now.getTime() + AHEAD_MS_MAX ? 'is still to come' : instant;
  };
  // Neighbouring rows name the same times again and again, and zone rules are slow.
  const kept = new Map<string, ReadTime | string>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= INSTANTS_KEPT_MAX) kept.clear();
    const instant = read(text);
    // A copy of the key: a part of a line would keep the whole chunk of the file that it was cut from.
    kept.set(Buffer.from(text).toString(), instant);
    return instant;
  };
}

function readWallTime(
  { wall, offset }: WallTime,
  { timeZone, skippedHour }: Pick<ImportMapping, 'timeZone' | 'skippedHour'>,
): ReadTime | string {
  const [local, zone] = offset === null ? [wall, timeZone] : [`${wall}${offset}`, null];
  try {
    return { at: instantOf({ local, timeZone: zone }), later: null, skipped: false };
  } catch (error) {
    if (!(error instanceof LocalTimeProblem)) throw error;
    const [at, later = null] = error.candidates;
    if (at) return { at, later, skipped: false };
    if (error.code !== 'NONEXISTENT_LOCAL_TIME') return 'is not a time of the calendar';
    if (skippedHour === 'FORWARD' && error.suggestion) return { at: error.suggestion, later: null, skipped: true };
    return `does not exist in ${timeZone}: the clocks skip it`;
  }
}

/** A whole number that a text names. */
interface ReadCount {
  value: number;
  /** Its thousands were separated. */
  grouped: boolean;
}

/** Null: the text is no whole number that a count can be. */
function readCount(text: string): ReadCount | null {
  const grouped = GROUPED.test(text);
  const digits = grouped ? text.replace(/\D/g, '') : text;
  return /^\d{1,9}$/.test(digits) ? { value: Number(digits), grouped } : null;
}

/** Thousands apart by a comma, a blank of any kind, or an apostrophe. A point may as well begin a fraction. */
const GROUPED = /^\d{1,3}([,\s'’])\d{3}(?:\1\d{3})*$/;

/** What a text of the column `order` is: counts and numbers with a prefix are compared by their number. */
export function orderKind(text: string): 'COUNT' | 'PREFIXED' | 'TIME' {
  if (readCount(text)) return 'COUNT';
  return /^[\p{L}#_][^\d]*\d{1,15}$/u.test(text) ? 'PREFIXED' : 'TIME';
}

function idsOf(entries: readonly { id: string }[]): string[] {
  return entries.map(({ id }) => id);
}

function shown(value: string): string {
  return value.length > SHOWN_CHARACTERS_MAX ? `${value.slice(0, SHOWN_CHARACTERS_MAX)}…` : value;
}
