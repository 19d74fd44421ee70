import { readings, type TableForm, type TextForm } from './form.ts';
import type { Row } from './file.ts';
import type { ImportMapping } from './mapping.ts';

/** What a file that was read once through turned out to hold, as far as it can stand against importing it. */
export class Survey {
  /** Rows below the header, rejects included. */
  rows = 0;
  readonly #mapping: ImportMapping;
  readonly #form: SurveyedForm;
  readonly #faulty = new Places();
  #faultyBytes: Buffer | null = null;

  constructor(mapping: ImportMapping, form: SurveyedForm) {
    this.#mapping = mapping;
    this.#form = form;
  }

  addFaultyLine(line: number, bytes: Buffer): void {
    this.#faulty.add(line);
    if (this.#faultyBytes) return;
    const from = Math.max(0, bytes.findIndex((byte) => byte > 0x7f) - SHOWN_BYTES_MAX / 2);
    this.#faultyBytes = Buffer.from(bytes.subarray(from, from + SHOWN_BYTES_MAX));
  }

  addRow(_row: Row): void {
    this.rows += 1;
  }

  /** Why nothing of the file may be written: a sentence each. */
  problems(): string[] {
    return [...this.#encodingProblems(), ...this.#delimiterProblems()];
  }

  /** How the file was read, for a person who must find out what is wrong. */
  reading(): string {
    const { text, table, header } = this.#form;
    const begin = `Read as ${text.encoding}${text.markBytes ? ' (by its byte order mark)' : ''}`;
    const names = header.map((name) => name || '(no name)').join(' | ');
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
    const shown = readings(this.#faultyBytes).map((each) => `  encoding: ${each.encoding} reads ${each.text.trim()}`);
    return [`${where} If one of these is right, write it in the mapping:`, ...shown];
  }

  #delimiterProblems(): string[] {
    const { header, table, guessed } = this.#form;
    if (!guessed.delimiter) return [];
    return [
      `The header has one column when ${nameOf(this.#mapping.delimiter)} separates, and ${header.length} when ${nameOf(table.delimiter)} does: write delimiter: ${JSON.stringify(table.delimiter)} in the mapping.`,
    ];
  }
}

/** The forms of a file, as they were found. */
export interface SurveyedForm {
  header: readonly string[];
  text: TextForm;
  table: TableForm;
  /** What neither the file nor the mapping says for certain. */
  guessed: { encoding: boolean; delimiter: boolean };
}

/** Places of one kind of obstacle: how many, and the first of them. */
export class Places {
  count = 0;
  readonly #first: string[] = [];

  add(line: number, value?: string): void {
    this.count += 1;
    if (this.#first.length < PLACES_SHOWN) this.#first.push(value === undefined ? `${line}` : `${line} ("${value}")`);
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

function nameOf(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}
