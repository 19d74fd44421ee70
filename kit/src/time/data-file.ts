import { parse } from 'yaml';
import type { z } from 'zod';

/** Where a figure comes from. `placeholder` marks a figure that is not public: it waits for the real one. */
export interface Provenance {
  source: string;
  placeholder: boolean;
}

/** An entry of a data file. A version that is in use is never edited: a change is the next version. */
export interface Versioned {
  id: string;
  version: number;
}

/** Every problem of the data files, one line each: file, place, problem. */
export class DataProblem extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`the data files are wrong:\n${problems.join('\n')}`);
    this.name = 'DataProblem';
    this.problems = problems;
  }
}

/** The texts of YAML files, by name, and every problem that was found in them. */
export class DataFiles<File extends string> {
  readonly #texts: Readonly<Record<File, string>>;
  readonly #problems: string[] = [];

  constructor(texts: Readonly<Record<File, string>>) {
    this.#texts = texts;
  }

  /** The content of a file. Null where it does not fit the schema: each wrong place is a problem. */
  read<T>(file: File, schema: z.ZodType<T>): T | null {
    let content: unknown;
    try {
      content = parse(this.#texts[file]);
    } catch (error) {
      this.problem(`${file}: is not YAML: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
    const result = schema.safeParse(content);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.problem(`${file} ${issue.path.join('.')}: ${issue.message}`);
    return null;
  }

  /** Entries by reference, as `ON-BUS@1`. One that is there twice is a problem. */
  byReference<T extends Versioned>(file: File, entries: readonly T[]): Map<string, T> {
    const found = new Map<string, T>();
    for (const entry of entries) {
      const key = referenceTo(entry);
      if (found.has(key)) this.problem(`${file} ${key}: is there twice`);
      found.set(key, entry);
    }
    return found;
  }

  /** The entry that a place refers to. Null where there is none, which is a problem. */
  resolve<T>(where: string, found: ReadonlyMap<string, T>, reference: string): T | null {
    const entry = found.get(reference) ?? null;
    if (entry === null) this.problem(`${where}: names ${reference}, which is not there`);
    return entry;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** Throws DataProblem with everything that was found, so that a service with wrong data stops before it starts. */
  done(): void {
    if (this.#problems.length) throw new DataProblem([...new Set(this.#problems)]);
  }
}

/** An entry's name in references: `ON-BUS@1`. */
export function referenceTo({ id, version }: Versioned): string {
  return `${id}@${version}`;
}

/** The newest version of an entry. Throws RangeError where there is none of that id. */
export function newest<T extends Versioned>(entries: readonly T[], id: string): T {
  const found = entries.filter((each) => each.id === id).sort((a, b) => b.version - a.version)[0];
  if (!found) throw new RangeError(`the data files have no ${id}`);
  return found;
}

/** Exactly this version of an entry. Throws RangeError where it is not there: a version that is in use was removed. */
export function versionOf<T extends Versioned>(entries: readonly T[], id: string, version: number): T {
  const found = entries.find((each) => each.id === id && each.version === version);
  if (!found) throw new RangeError(`the data files have no ${id}@${version}`);
  return found;
}

/** Freezes a value and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
