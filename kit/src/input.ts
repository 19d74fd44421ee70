import { badInput, type FieldProblem } from './errors.ts';

const BYTES_PER_KIB = 1024;

/** Collects everything that is wrong with an input, so that the caller is told all of it at once. */
export class InputCheck {
  readonly #problems: FieldProblem[] = [];

  /** A text that must say something, at most `max` characters. Gives it back without white space around it, and as the database keeps it. */
  line(path: string, value: string | null | undefined, max: number): string {
    const text = tidied(value);
    if (!text) this.problem(path, 'must not be empty.');
    else if (text.length > max) this.problem(path, `has ${text.length} characters; at most ${max} are allowed.`);
    else if (/[\r\n]/.test(text)) this.problem(path, 'must be one line.');
    return text;
  }

  /** A longer text that must say something, at most `kib` KiB. Given back likewise. */
  body(path: string, value: string | null | undefined, kib: number): string {
    const text = tidied(value);
    const bytes = Buffer.byteLength(text);
    if (!text) this.problem(path, 'must not be empty.');
    else if (bytes > kib * BYTES_PER_KIB) this.problem(path, `has ${bytes} bytes; at most ${kib} KiB are allowed.`);
    return text;
  }

  /** Notes a problem unless `holds`. */
  require(path: string, holds: boolean, message: string): void {
    if (!holds) this.problem(path, message);
  }

  /** Notes a problem. */
  problem(path: string, message: string): void {
    this.#problems.push({ path, message });
  }

  /** Refuses with BAD_USER_INPUT when anything was noted. */
  done(): void {
    if (this.#problems.length) throw badInput(this.#problems);
  }
}

/** The most that a list's filter may hold: characters of its text, values of each of its lists. */
export interface FilterLimits {
  textMax: number;
  listMax: number;
}

/** Gives a list's filter back. Refuses BAD_USER_INPUT for a `text` that is no line of words, and for each list of too many values. */
export function checkFilter<Filter extends { text?: string | null }>(
  filter: Filter,
  { textMax, listMax }: FilterLimits,
): Filter {
  const check = new InputCheck();
  if (filter.text) check.line('filter.text', filter.text, textMax);
  for (const [field, values] of Object.entries(filter)) {
    if (Array.isArray(values)) check.require(`filter.${field}`, values.length <= listMax, `at most ${listMax} values.`);
  }
  check.done();
  return filter;
}

/** Half a character (a lone surrogate) becomes U+FFFD, as it would in the database: what is answered is what is kept. */
function tidied(value: string | null | undefined): string {
  return value?.trim().toWellFormed() ?? '';
}
