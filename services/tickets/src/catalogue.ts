import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Provenance } from './reference-data.ts';

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
  /** Where each list comes from; a placeholder waits for the SME's own. */
  provenance: Record<CatalogueList, Provenance>;
}

type CatalogueList = 'services' | 'categories' | 'assignmentGroups';

const entry = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  en: z.string().min(1),
  fr: z.string().min(1),
});
const entries = z
  .array(entry)
  .min(1)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'names a code twice');
const list = z.strictObject({ source: z.string().min(1), placeholder: z.boolean().default(false), entries });
const file = z.strictObject({ services: list, categories: list, assignmentGroups: list });

/** Reads `data/catalogue.yaml`. Throws when it is wrong, so that the service does not start with it. */
export function loadCatalogue(url: URL = new URL('../data/catalogue.yaml', import.meta.url)): Catalogue {
  const { services, categories, assignmentGroups } = file.parse(parse(readFileSync(url, 'utf8')));
  return {
    services: services.entries,
    categories: categories.entries,
    assignmentGroups: assignmentGroups.entries,
    provenance: { services, categories, assignmentGroups },
  };
}

/** The entry of a code. Null when there is none. */
export function findEntry(list: readonly CatalogueEntry[], id: string): CatalogueEntry | null {
  return list.find((known) => known.id === id) ?? null;
}
