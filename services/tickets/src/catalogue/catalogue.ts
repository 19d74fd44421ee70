import type { InputCheck } from '@desk/kit/api/input';
import type { Provenance } from '@desk/kit/time/data-file';
import { z } from 'zod';

/** An entry that people choose from: a category, a group. */
export interface CatalogueEntry {
  /** Stable code; never reused. */
  id: string;
  en: string;
  fr: string;
}

/** The entries to which incidents refer by code. */
export interface Catalogue {
  categories: readonly CatalogueEntry[];
  assignmentGroups: readonly CatalogueEntry[];
  /** Where each list comes from; a placeholder waits for the SME's own. */
  provenance: Record<CatalogueList, Provenance>;
}

type CatalogueList = 'categories' | 'assignmentGroups';

const CODE = /^[A-Z][A-Z0-9_]*$/;

const entry = z.strictObject({ id: z.string().regex(CODE), en: z.string().min(1), fr: z.string().min(1) });
const entries = z
  .array(entry)
  .min(1)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'names a code twice');
const list = z.strictObject({ source: z.string().min(1), placeholder: z.boolean().default(false), entries });
const file = z.strictObject({ categories: list, assignmentGroups: list });

/** The catalogue in the content of its data file. Throws where it is wrong. */
export function readCatalogue(content: unknown): Catalogue {
  const { categories, assignmentGroups } = file.parse(content);
  return {
    categories: categories.entries,
    assignmentGroups: assignmentGroups.entries,
    provenance: { categories, assignmentGroups },
  };
}

/** The entry of a code. Null when there is none. */
export function findEntry(list: readonly CatalogueEntry[], id: string): CatalogueEntry | null {
  return list.find((known) => known.id === id) ?? null;
}

/** The entry of a stored code. A code that is no longer in the catalogue is still shown, under its own name. */
export function entryOf(list: readonly CatalogueEntry[], id: string): CatalogueEntry {
  return findEntry(list, id) ?? { id, en: id, fr: id };
}

/** Notes a code that the list does not have. */
export function requireKnown(
  list: readonly CatalogueEntry[],
  id: string | null | undefined,
  { check, path }: { check: InputCheck; path: string },
): void {
  if (id == null) return;
  const message = `must be one of: ${list.map((each) => each.id).join(', ')}.`;
  check.require(path, findEntry(list, id) !== null, { code: 'UNKNOWN_CODE', args: { value: id }, message });
}

/** Notes texts that no code of a catalogue can be. Codes that left the catalogue pass: old records still have them. */
export function checkCodes(
  values: readonly string[] | null | undefined,
  { check, path }: { check: InputCheck; path: string },
): void {
  for (const [index, value] of (values ?? []).entries()) {
    const message = 'must be a code in capitals, such as VEE.';
    check.require(`${path}.${index}`, CODE.test(value), { code: 'UNKNOWN_CODE', args: { value }, message });
  }
}
