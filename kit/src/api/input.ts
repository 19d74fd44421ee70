import { characterProblem, lineCharacterProblem, saysSomething } from './characters.ts';
import { badInput, type FieldProblem, type Problem } from './errors.ts';

const BYTES_PER_KIB = 1024;

/** Collects all problems of an input, so that one refusal names them all. */
export class InputCheck {
  readonly #problems: FieldProblem[] = [];

  /** Checks a line of text that must say something, at most `max` characters. Returns it trimmed. */
  line(path: string, value: string | null | undefined, max: number): string {
    const text = value?.trim() ?? '';
    this.#first(path, [
      saysSomething(text) ? null : EMPTY,
      text.length > max ? tooLong('CHARACTERS', text.length, max) : null,
      /[\r\n]/.test(text) ? { code: 'NOT_ONE_LINE', message: 'must be one line.' } : null,
      lineCharacterProblem(text),
    ]);
    return text;
  }

  /** Checks a longer text that must say something, at most `kib` KiB. Returns it likewise. */
  body(path: string, value: string | null | undefined, kib: number): string {
    const text = value?.trim() ?? '';
    const [bytes, max] = [Buffer.byteLength(text), kib * BYTES_PER_KIB];
    this.#first(path, [
      saysSomething(text) ? null : EMPTY,
      bytes > max ? tooLong('BYTES', bytes, max) : null,
      characterProblem(text),
    ]);
    return text;
  }

  /** Checks the form of an id that begins with one of the prefixes: `inc` for `inc_01JD…`. */
  id(path: string, value: string, ...prefixes: readonly string[]): string {
    this.require(path, isId(value, prefixes), notAnId(prefixes));
    return value;
  }

  /** Notes each value of a list that stands there before, at its place. Values that are null are passed over. */
  eachOnce(path: string, values: readonly (string | null)[]): void {
    const known = new Set<string>();
    for (const [index, value] of values.entries()) {
      if (value === null) continue;
      this.require(`${path}.${index}`, !known.has(value), NAMED_TWICE);
      known.add(value);
    }
  }

  /** Notes a problem unless `holds`. */
  require(path: string, holds: boolean, problem: Problem): void {
    if (!holds) this.problem(path, problem);
  }

  /** Notes a problem. */
  problem(path: string, problem: Problem): void {
    this.#problems.push({ path, ...problem });
  }

  /** Notes the first problem of a field, if there is one. */
  #first(path: string, problems: readonly (Problem | null)[]): void {
    const problem = problems.find((each) => each !== null);
    if (problem) this.problem(path, problem);
  }

  /** Refuses with BAD_USER_INPUT when anything was noted. */
  done(): void {
    if (this.#problems.length) throw badInput(this.#problems);
  }
}

/** True for the form of an id with one of the prefixes. */
export function isId(value: string, prefixes: readonly string[]): boolean {
  const [, prefix] = /^([a-z]+)_[0-9A-Za-z]{1,64}$/.exec(value) ?? [];
  return prefix !== undefined && prefixes.includes(prefix);
}

/** The problem of a value that is not an id with one of the prefixes. */
export function notAnId(prefixes: readonly string[]): Problem {
  const forms = prefixes.map((prefix) => `${prefix}_`).join(' or ');
  return { code: 'NOT_AN_ID', args: { prefixes }, message: `must be an id that begins with ${forms}.` };
}

/** The bounds of a list's filter. */
export interface FilterLimits {
  /** Characters of its text. */
  textMax: number;
  /** Values in each of its lists. */
  listMax: number;
  /** The fields that take ids, each with the prefix of its ids. */
  ids: Readonly<Record<string, string>>;
}

/** Returns a list's filter. Refuses BAD_USER_INPUT for a `text` that is not one line, a list of too many values, and a wrong id. */
export function checkFilter<Filter extends object & { text?: string | null }>(
  filter: Filter,
  { textMax, listMax, ids }: FilterLimits,
): Filter {
  const check = new InputCheck();
  if (filter.text) check.line('filter.text', filter.text, textMax);
  for (const [field, values] of Object.entries<unknown>(filter)) {
    if (!Array.isArray(values)) continue;
    check.require(`filter.${field}`, values.length <= listMax, tooMany(listMax));
    const prefix = ids[field];
    if (prefix === undefined) continue;
    values
      .slice(0, listMax)
      .forEach((value: unknown, index) => check.id(`filter.${field}.${index}`, String(value), prefix));
  }
  check.done();
  return filter;
}

/** The problem of a list with more values than it may have. */
export function tooMany(max: number): Problem {
  return { code: 'TOO_MANY', args: { max }, message: `must have at most ${max} values.` };
}

/** The problem of a list with fewer values than it must have. */
export function tooFew(min: number): Problem {
  return { code: 'TOO_FEW', args: { min }, message: `must have ${min} or more values.` };
}

const NAMED_TWICE: Problem = { code: 'ALREADY_THERE', message: 'must not be named twice.' };
const EMPTY: Problem = { code: 'REQUIRED', message: 'must not be empty.' };

function tooLong(unit: 'CHARACTERS' | 'BYTES', length: number, max: number): Problem {
  const message =
    unit === 'CHARACTERS'
      ? `must have at most ${max} characters, and has ${length}.`
      : `must have at most ${max / BYTES_PER_KIB} KiB, and has ${length} bytes.`;
  return { code: 'TOO_LONG', args: { max, unit, length }, message };
}
