import { readFileSync } from 'node:fs';
import { readCatalogueItems, type CatalogueItem } from './catalogue-item.ts';

/** Reads `data/catalogue-items.yaml`. Throws DataProblem, so that the service does not start with a wrong file. */
export function loadCatalogueItems(): CatalogueItem[] {
  return readCatalogueItems(readFileSync(new URL('../../data/catalogue-items.yaml', import.meta.url), 'utf8'));
}
