import { parse } from 'csv-parse/sync';
import type { TableForm } from './form.ts';
import type { SourceRow } from './source.ts';
import type { ReadRow, RowReader } from './row.ts';

/** The next find in a file: the rows of one incident, or rows that are not taken over. */
export type Found = { kind: 'INCIDENT'; rows: SourceRow[]; raws: RawRow[] } | { kind: 'REJECTS'; rejects: Reject[] };

/** A row as it stands in the file. */
export interface RawRow {
  /** The line on which it begins, as an editor counts: the header is line 1. */
  line: number;
  raw: string;
}

/** A row that is not taken over, and why. */
export interface Reject extends RawRow {
  reason: string;
}

/** Rows that one incident has at most. A longer one is a mistake of the export, and its rows are rejects. */
export const ROWS_MAX = 1_000;
/** Characters that the rows of one incident have at most, for the same reason. */
const GROUP_CHARACTERS_MAX = 8 * 1024 * 1024;
/** Lines over which a quoted text may go. When it has not ended by then, its quotation mark was a slip. */
const QUOTED_LINES_MAX = 200;
/** Numbers that are remembered, to know a row that stands apart from its incident. */
const NUMBERS_KEPT_MAX = 100_000;

/**
 * The incidents of a file in its order, and the rows that are not taken over: malformed ones, the others of an incident
 * that has a malformed one, and those that stand apart from their incident. An incident is taken over whole or not at
 * all, so that a mended file can be imported again. Holds one incident at a time; no row makes it throw.
 */
export async function* readIncidents(
  lines: AsyncIterable<Line>,
  { reader, ...form }: TableForm & { reader: RowReader },
): AsyncGenerator<Found> {
  const ended = new EndedNumbers();
  /** A broken row that seems to begin an incident: should the next one have its number, it is broken. */
  let forerunner = null as Forerunner | null;
  let group = null as Group | null;

  for await (const { fields, ...raw } of readRows(lines, form)) {
    const whole = fields?.length === form.width;
    const number = fields && reader.numberOf(fields);
    const row = whole ? reader.read(fields, raw.line) : { number, reason: misshapen(fields, form.width) };
    const own = number !== null && number === group?.number;
    const apart = number === null || own ? null : ended.reasonFor(number);
    if (!own && (!whole || number === null || apart)) {
      yield { kind: 'REJECTS', rejects: [{ ...raw, reason: apart ?? reasonOf(row) }] };
      if (number !== null && !apart) forerunner = { number, line: raw.line };
      continue;
    }
    if (!group || !own) {
      if (group) yield endOf(group, ended);
      const brokenLine = forerunner?.number === number ? forerunner.line : null;
      group = { number: number ?? '', rows: [], raws: [], reasons: new Map(), brokenLine, characters: 0 };
    }
    add(group, raw, row);
    if (group.raws.length > ROWS_MAX || group.characters > GROUP_CHARACTERS_MAX) {
      yield tooLong(group, ended);
      group = null;
    }
  }
  if (group) yield endOf(group, ended);
}

interface Forerunner {
  number: string;
  line: number;
}

/** The rows of one number that were read so far. */
interface Group {
  number: string;
  rows: SourceRow[];
  raws: RawRow[];
  /** Why a line is a reject, by line. */
  reasons: Map<number, string>;
  /** The first line that is a reject. */
  brokenLine: number | null;
  characters: number;
}

function add(group: Group, raw: RawRow, row: ReadRow): void {
  group.raws.push(raw);
  group.characters += raw.raw.length;
  if ('reason' in row) {
    group.reasons.set(raw.line, row.reason);
    group.brokenLine ??= raw.line;
  } else group.rows.push(row);
}

function endOf(group: Group, ended: EndedNumbers): Found {
  const { number, rows, raws, reasons, brokenLine } = group;
  ended.add(number, false);
  if (brokenLine === null) return { kind: 'INCIDENT', rows, raws };
  return { kind: 'REJECTS', rejects: rejectsOf(raws, `line ${brokenLine} of the same incident is a reject`, reasons) };
}

function tooLong({ number, raws, reasons }: Group, ended: EndedNumbers): Found {
  ended.add(number, true);
  return { kind: 'REJECTS', rejects: rejectsOf(raws, ended.reasonFor(number) ?? '', reasons) };
}

/** Rejects of rows that have a reason in common, but for those that have one of their own. */
export function rejectsOf(
  raws: readonly RawRow[],
  reason: string,
  own: ReadonlyMap<number, string> = new Map(),
): Reject[] {
  return raws.map((raw) => ({ ...raw, reason: own.get(raw.line) ?? reason }));
}

/** Numbers whose rows have ended. The oldest are forgotten; a row of theirs then meets the primary key in the store. */
class EndedNumbers {
  readonly #tooLong = new Map<string, boolean>();

  add(number: string, tooLong: boolean): void {
    const [oldest] = this.#tooLong.keys();
    if (this.#tooLong.size >= NUMBERS_KEPT_MAX && oldest !== undefined) this.#tooLong.delete(oldest);
    // A copy: a part of a line would keep the whole chunk of the file that it was cut from.
    this.#tooLong.set(Buffer.from(number).toString(), tooLong);
  }

  /** Why a row of the number cannot be taken; null when the number has not ended. */
  reasonFor(number: string): string | null {
    const tooLong = this.#tooLong.get(number);
    if (tooLong === undefined) return null;
    return tooLong
      ? `${number} has more than ${ROWS_MAX} rows, or ${GROUP_CHARACTERS_MAX} characters`
      : `the rows of ${number} ended before: the rows of an incident must stand together`;
  }
}

function reasonOf(row: ReadRow): string {
  return 'reason' in row ? row.reason : 'it has no number';
}

function misshapen(fields: readonly string[] | null, width: number): string {
  if (!fields) return 'its quotation marks do not match, or the line is too long';
  return `it has ${fields.length} fields, the header has ${width}`;
}

/** A line of the file. */
export interface Line extends RawRow {
  /** The line was longer than is read, and `raw` is its begin. */
  cut: boolean;
  /** The bytes of a line that are no text in the file's encoding; else null. */
  faulty: Buffer | null;
}

/** A row below the header, in its fields. */
export interface Row extends RawRow {
  /** Null when the row cannot be split into fields. */
  fields: string[] | null;
}

/**
 * The rows below the header. A quoted text may go over several lines; where that does not end in a row of the right width, the
 * first line alone is broken and reading goes on behind it, so that a stray quotation mark costs one row.
 */
export async function* readRows(lines: AsyncIterable<Line>, form: TableForm): AsyncGenerator<Row> {
  let held: Line[] = [];
  for await (const line of lines) {
    if (line.line <= form.headerEnd) continue;
    const { rows, rest } = takeRows([...held, line], { ...form, more: true });
    held = rest;
    yield* rows;
  }
  yield* takeRows(held, { ...form, more: false }).rows;
}

/** The rows that lines come to, and the lines of a quoted text that goes on in lines to come, if there are `more`. */
function takeRows(
  lines: readonly Line[],
  { delimiter, width, more }: TableForm & { more: boolean },
): { rows: Row[]; rest: Line[] } {
  const rows: Row[] = [];
  let start = 0;
  while (start < lines.length) {
    const first = lines[start] as Line;
    const count = linesOfRow(lines, start);
    if (count === null && more && lines.length - start < QUOTED_LINES_MAX) return { rows, rest: lines.slice(start) };
    const raw = lines
      .slice(start, start + (count ?? 1))
      .map((line) => line.raw)
      .join('\n');
    const fields = count === null || first.cut ? null : fieldsOf(raw, delimiter);
    const fits = count === 1 || fields?.length === width;
    if (first.raw.trim()) rows.push({ line: first.line, raw: fits ? raw : first.raw, fields: fits ? fields : null });
    start += fits ? (count ?? 1) : 1;
  }
  return { rows, rest: [] };
}

/** How many lines a row that begins at `start` has: until its quotation marks are even. Null when they never are. */
export function linesOfRow(lines: readonly Line[], start: number): number | null {
  let quotes = 0;
  for (let end = start; end < lines.length; end++) {
    const { raw, cut } = lines[end] as Line;
    if (cut) return end === start ? 1 : null;
    quotes += raw.includes('"') ? raw.split('"').length - 1 : 0;
    if (quotes % 2 === 0) return end - start + 1;
  }
  return null;
}

/** The fields of a row. Null where its quotation marks do not match. */
export function fieldsOf(raw: string, delimiter: string): string[] | null {
  if (!raw.includes('"')) return raw.split(delimiter);
  try {
    return parse(raw, { delimiter, relax_column_count: true })[0] ?? null;
  } catch {
    return null; // Whatever is wrong with its quotation marks, the row is a reject.
  }
}
