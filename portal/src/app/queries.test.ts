import { describe, expect, it } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';
import type { Api } from '../api/client.ts';
import type { Noun } from './noun.ts';
import { foundQuery, isSearched } from './queries.ts';

const API = {} as Api;

/** A noun whose records are these; a search finds those whose label holds the words. */
function buildNoun(labels: readonly string[], numberOf?: (digits: string) => string): Noun {
  return {
    search: async (_api, words) =>
      labels.filter((label) => label.includes(words)).map((label) => ({ id: label, label, address: { to: '/' } })),
    ...(numberOf && { numberOf }),
  };
}

async function find(words: string, ...nouns: Noun[]): Promise<string[]> {
  const found = await new QueryClient().fetchQuery(foundQuery(API, nouns, words));
  return found.map(({ label }) => label);
}

describe('a bare number in the palette', () => {
  const incidents = buildNoun(
    ['INC-000018 Late files', 'INC-000007 Collector 18'],
    (digits) => `INC-${digits.padStart(6, '0')}`,
  );
  const events = buildNoun(['CE-2026-0018 Drill'], (digits) => `-${digits.padStart(4, '0')}`);
  const organizations = buildNoun(['LDC-018 Elm Hydro']);

  it('finds the record of each noun that has this number first, then what holds it', async () => {
    expect(await find('18', incidents, events, organizations)).toEqual([
      'INC-000018 Late files',
      'INC-000007 Collector 18',
      'CE-2026-0018 Drill',
      'LDC-018 Elm Hydro',
    ]);
  });

  it('of one digit finds numbers alone', async () => {
    expect(await find('7', incidents, events, organizations)).toEqual(['INC-000007 Collector 18']);
  });

  it('is searched from its first digit on, words from their second letter', () => {
    expect(['7', 'l', 'la', ''].map(isSearched)).toEqual([true, false, true, false]);
  });
});
