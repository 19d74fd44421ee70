import { describe, expect, test } from '@jest/globals';
import { findEntry } from './catalogue.ts';
import { loadCatalogue } from './port.ts';

const catalogue = loadCatalogue();

describe('the catalogue', () => {
  test('marks its categories and groups as placeholders, because they are proposals of this desk', () => {
    const marks = Object.entries(catalogue.provenance).map(([list, { placeholder }]) => [list, placeholder]);
    expect(Object.fromEntries(marks)).toEqual({ categories: true, assignmentGroups: true });
  });

  test('says in French what it says in English', () => {
    expect(findEntry(catalogue.categories, 'WEB_SERVICE_FAILURE')?.fr).toBe(
      "Délai d'attente d'un service Web dépassé ou certificat expiré",
    );
  });

  test('has no entry of an unknown code', () => {
    expect(findEntry(catalogue.categories, 'NONE')).toBeNull();
  });
});
