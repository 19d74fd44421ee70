import { readFileSync } from 'node:fs';
import { readTemplates, type Template } from './template.ts';

/** Reads `data/templates.yaml`. Throws DataProblem, so that the service does not start with a wrong file. */
export function loadTemplates(): Template[] {
  return readTemplates(readFileSync(new URL('../../data/templates.yaml', import.meta.url), 'utf8'));
}
