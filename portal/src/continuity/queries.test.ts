import { describe, expect, it } from '@jest/globals';
import type { Api } from '../api/client.ts';
import { searchEvents } from './queries.ts';

const NODES = [
  { id: 'cev_2', number: 'CE-2026-0002', title: 'Billing quantity service stopped' },
  { id: 'cev_1', number: 'CE-2026-0001', title: 'Yearly exercise' },
];
const API = { request: async () => ({ continuityEvents: { nodes: NODES } }) } as unknown as Api;

describe('the search for continuity events', () => {
  it.each([
    ['words of the title, in any case', 'BILLING', ['CE-2026-0002']],
    ['the number', 'ce-2026-0001', ['CE-2026-0001']],
    ['the end of the number', '-0002', ['CE-2026-0002']],
    ['nothing of them', 'zzzz', []],
  ])('finds by %s', async (_what, words, numbers) => {
    const found = await searchEvents(API, words);
    expect(found.map(({ label }) => label.split(' ')[0])).toEqual(numbers);
  });
});
