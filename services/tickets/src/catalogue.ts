import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** An entry that people choose from: a service, a category, a group. */
export interface CatalogueEntry {
  /** Stable code; never reused. */
  id: string;
  en: string;
  fr: string;
}

/** What incidents refer to by code. */
export interface Catalogue {
  services: readonly CatalogueEntry[];
  categories: readonly CatalogueEntry[];
  assignmentGroups: readonly CatalogueEntry[];
}

const entry = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  en: z.string().min(1),
  fr: z.string().min(1),
});
const entries = z
  .array(entry)
  .min(1)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'names a code twice');
const file = z.strictObject({ source: z.string(), services: entries, categories: entries, assignmentGroups: entries });

/** Reads `data/catalogue.yaml`. Throws when it is wrong, so that the service does not start with it. */
export function loadCatalogue(url: URL = new URL('../data/catalogue.yaml', import.meta.url)): Catalogue {
  return file.parse(parse(readFileSync(url, 'utf8')));
}

/** The entry of a code. Null when there is none. */
export function findEntry(list: readonly CatalogueEntry[], id: string): CatalogueEntry | null {
  return list.find((known) => known.id === id) ?? null;
}
