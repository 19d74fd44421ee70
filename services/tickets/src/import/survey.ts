import { readings, type SurveyedForm } from './form.ts';
import type { Row } from './file.ts';
import type { ImportMapping } from './mapping.ts';
import { columnNames, orderKind } from './row.ts';
import { TIME_FORMATS_SAID, TimeFormsSeen, timeReader, type TimeFormat } from './time-form.ts';

/** What a file that was read once through turned out to hold, as far as it can stand against importing it. */
export class Survey {
  /** Rows below the header, rejects included. */
  rows = 0;
  readonly #mapping: ImportMapping;
  readonly #form: SurveyedForm;
  readonly #faulty = new Places();
  readonly #unknown: ReadonlySet<string>;
  readonly #numberAt: number;
  readonly #orderAt: number;
  readonly #numbers = new Set<string>();
  readonly #repeated = new Places();
  readonly #orders = new Map<ReturnType<typeof orderKind>, Places>();
  readonly #times: TimeColumn[];
  readonly #orderTime: TimeColumn;
  readonly #forms = new TimeFormsSeen();
  #faultyBytes: Buffer | null = null;

  constructor(mapping: ImportMapping, form: SurveyedForm) {
    this.#mapping = mapping;
    this.#form = form;
    this.#unknown = new Set(['', ...mapping.unknown]);
    const names = columnNames(form.header);
    const { columns } = mapping;
    this.#numberAt = names.indexOf(columns.number);
    this.#orderAt = columns.order ? names.indexOf(columns.order) : -1;
    this.#orderTime = { name: columns.order ?? '', index: this.#orderAt, count: 0, wrong: new Places() };
    this.#times = TIME_COLUMNS.flatMap((part) => {
      const name = columns[part];
      const index = name === undefined ? -1 : names.indexOf(name);
      return name === undefined || index === -1 ? [] : [{ name, index, count: 0, wrong: new Places() }];
    });
  }

  addFaultyLine(line: number, bytes: Buffer): void {
    this.#faulty.add(line);
    if (this.#faultyBytes) return;
    const from = Math.max(0, bytes.findIndex((byte) => byte > 0x7f) - SHOWN_BYTES_MAX / 2);
    this.#faultyBytes = Buffer.from(bytes.subarray(from, from + SHOWN_BYTES_MAX));
  }

  addRow({ fields, line }: Row): void {
    this.rows += 1;
    if (fields?.length !== this.#form.table.width) return; // A reject, whatever it holds.
    const at = (index: number) => (index === -1 ? '' : (fields[index] ?? '').trim());
    this.#addNumber(at(this.#numberAt), line);
    this.#addOrder(at(this.#orderAt), line);
    for (const time of this.#times) this.#addTime(time, line, at(time.index));
  }

  /** Rows that have no place and no instant of their own can only be one for an incident. */
  #addNumber(number: string, line: number): void {
    const { order, updatedAt } = this.#mapping.columns;
    if ((order && updatedAt) || this.#unknown.has(number)) return;
    if (this.#numbers.has(number)) this.#repeated.add(line, number);
    const [oldest] = this.#numbers;
    if (this.#numbers.size >= NUMBERS_KEPT_MAX && oldest !== undefined) this.#numbers.delete(oldest);
    this.#numbers.add(number);
  }

  #addOrder(text: string, line: number): void {
    if (this.#unknown.has(text)) return;
    const kind = orderKind(text);
    // What is not even a time of another form stays wrong under any: its row is a reject.
    if (kind === 'TIME' && !this.#forms.formsOf(text).length) return;
    const places = this.#orders.get(kind) ?? new Places();
    this.#orders.set(kind, places);
    places.add(line, text);
    const known = this.#times.some(({ index }) => index === this.#orderAt);
    if (kind === 'TIME' && !known) this.#addTime(this.#orderTime, line, text);
  }

  #addTime(time: TimeColumn, line: number, text: string): void {
    if (this.#unknown.has(text)) return;
    time.count += 1;
    const forms = this.#forms.add(text);
    const wanted = this.#mapping.timeFormat;
    if (forms.includes(wanted)) return;
    // What has the form and is no date in any other either stays wrong under the right form: its row is a reject.
    if (forms.length || timeReader(wanted)(text) === 'NO_FORM') time.wrong.add(line, text);
  }

  /** Why nothing of the file may be written: a sentence each. */
  problems(): string[] {
    return [
      ...this.#encodingProblems(),
      ...this.#delimiterProblems(),
      ...this.#orderProblems(),
      ...this.#timeProblems(),
    ];
  }

  /** What a person should know before the import begins, though nothing stands against it. */
  notes(): string[] {
    const { timeFormat } = this.#mapping;
    const other = OTHER_WAY[timeFormat];
    const bothWays = other && this.#forms.possible().includes(other) && this.#forms.possible().includes(timeFormat);
    return bothWays
      ? [`Every time of the file reads as ${timeFormat}, as the mapping says, and as ${other} as well.`]
      : [];
  }

  /** How the file was read, for a person who must find out what is wrong. */
  reading(): string {
    const { text, table, header } = this.#form;
    const begin = `Read as ${text.encoding}${text.markBytes ? ' (by its byte order mark)' : ''}`;
    const names = header.map((name) => printable(name) || '(no name)').join(' | ');
    return `${begin}, separated by ${nameOf(table.delimiter)}. The header ends in line ${table.headerEnd} and has ${header.length} columns: ${names}`;
  }

  #encodingProblems(): string[] {
    const { text, guessed } = this.#form;
    if (guessed.encoding)
      return [
        `The file has no byte order mark and looks like UTF-16. If the header below is right, write encoding: ${text.encoding} in the mapping.`,
      ];
    if (!this.#faultyBytes) return [];
    const where = `${this.#faulty.described('line')} cannot be read as ${text.encoding}.`;
    if (text.encoding !== 'utf-8' || this.#faultyBytes.includes(0))
      return [`${where} The mapping's encoding must be that of the file.`];
    const shown = readings(this.#faultyBytes).map(
      (each) => `  encoding: ${each.encoding} reads ${printable(each.text.trim())}`,
    );
    return [`${where} If one of these is right, write it in the mapping:`, ...shown];
  }

  #orderProblems(): string[] {
    const { number, order } = this.#mapping.columns;
    const problems: string[] = [];
    if (this.#repeated.count)
      problems.push(
        `${number} must be on one row each while the mapping does not name both columns.order and columns.updatedAt: ${this.#repeated.described('row')} repeat one. columns.order may be a count, a number with a prefix, or the time of the update.`,
      );
    if (this.#orders.size > 1) {
      const kinds = [...this.#orders].map(([kind, places]) => `${ORDER_SAID[kind]}: ${places.described('row')}`);
      problems.push(`${order} must be of one kind to be an order. ${kinds.join('; ')}.`);
    }
    return problems;
  }

  #timeProblems(): string[] {
    const { timeFormat } = this.#mapping;
    const wrong = [this.#orderTime, ...this.#times].filter((time) => time.wrong.count);
    if (!wrong.length) return [];
    const said = wrong.map(
      (time) =>
        `${time.name}: of ${time.count.toLocaleString('en-CA')} times, ${time.wrong.described('time')} cannot be of the form ${timeFormat}.`,
    );
    const possible = this.#forms.possible();
    const right = possible.length
      ? `Every time of the file is of the form ${possible.join(', and of the form ')}: write that as timeFormat.`
      : `No form reads every time. The forms are ${TIME_FORMATS_SAID}. A value that means "unknown" belongs in \`unknown\`.`;
    return [...said, right];
  }

  #delimiterProblems(): string[] {
    const { header, table, guessed } = this.#form;
    if (!guessed.delimiter) return [];
    return [
      `The header has one column when ${nameOf(this.#mapping.delimiter)} separates, and ${header.length} when ${nameOf(table.delimiter)} does: write delimiter: ${JSON.stringify(table.delimiter)} in the mapping.`,
    ];
  }
}

/** Numbers that are remembered, to know one that comes again. */
const NUMBERS_KEPT_MAX = 100_000;

const ORDER_SAID = { COUNT: 'Whole numbers', PREFIXED: 'Numbers with a prefix', TIME: 'Times' } as const;

const TIME_COLUMNS = ['openedAt', 'updatedAt', 'resolvedAt', 'closedAt'] as const;

/** A column of times. */
interface TimeColumn {
  name: string;
  index: number;
  /** Known values. */
  count: number;
  wrong: Places;
}

/** Forms that differ by the order of day and month alone. */
const OTHER_WAY: Partial<Record<TimeFormat, TimeFormat>> = Object.fromEntries(
  ['', ' AM/PM'].flatMap((half) =>
    (
      [
        ['D/M/YYYY', 'M/D/YYYY'],
        ['DD-MM-YYYY', 'MM-DD-YYYY'],
      ] as const
    ).flatMap((pair) => {
      const [one, other] = pair.map((date) => `${date} HH:MM${half}`);
      return [
        [one, other],
        [other, one],
      ];
    }),
  ),
);

/** Places of one kind of obstacle: how many, and the first of them. */
export class Places {
  count = 0;
  readonly #first: string[] = [];

  add(line: number, value?: string): void {
    this.count += 1;
    if (this.#first.length < PLACES_SHOWN)
      this.#first.push(value === undefined ? `${line}` : `${line} ("${printable(value)}")`);
  }

  /** Such as "12 lines (first 3, 7, 9)". */
  described(one: string): string {
    const first = this.#first.join(', ');
    if (this.count === 1) return `1 ${one} (${one === 'line' ? '' : 'line '}${first})`;
    return `${this.count.toLocaleString('en-CA')} ${one}s (first ${one === 'line' ? '' : 'lines '}${first})`;
  }
}

const PLACES_SHOWN = 3;
const SHOWN_BYTES_MAX = 80;

/** A text of the file for a terminal: one line, cut, and without characters that would steer it. */
function printable(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·');
  return visible.length > SHOWN_CHARACTERS_MAX ? `${visible.slice(0, SHOWN_CHARACTERS_MAX)}…` : visible;
}

const SHOWN_CHARACTERS_MAX = 80;

function nameOf(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}
