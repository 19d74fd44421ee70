import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readCatalogue, type Catalogue } from './catalogue.ts';

/** Reads `data/catalogue.yaml`. Throws when it is wrong, so that the service does not start with it. */
export function loadCatalogue(url: URL = new URL('../../data/catalogue.yaml', import.meta.url)): Catalogue {
  return readCatalogue(parse(readFileSync(url, 'utf8')));
}
