import { describe, expect, it } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';
import { keepMessage, keepRecord } from './queries.ts';

const COMMENTS = ['incident', 'INC-000001', 'comments', 10] as const;
const FACTS = ['incident', 'INC-000001', 'facts'] as const;
const NOUN = { name: 'incident' };
const INCIDENT = { id: 'inc_1', number: 'INC-000001', version: 2 };

describe('what a write gave back', () => {
  it('is the record under both of its names', () => {
    const queryClient = new QueryClient();
    keepRecord(NOUN, queryClient, { written: INCIDENT, before: INCIDENT });
    const kept = ['inc_1', 'INC-000001'].map((id) => queryClient.getQueryData(['incident', id, 'facts']));
    expect(kept).toEqual([INCIDENT, INCIDENT]);
  });

  it('without the record, lets it be read again and keeps what is there', () => {
    const queryClient = new QueryClient();
    queryClient.setQueryData(FACTS, INCIDENT);
    keepRecord(NOUN, queryClient, { written: null, before: INCIDENT });
    expect(queryClient.getQueryState(FACTS)).toMatchObject({ data: INCIDENT, isInvalidated: true });
  });

  it.each([
    [1, 2],
    [null, null],
  ])('is a message that stands in the conversation once: of %s, there are %s', (before, after) => {
    const queryClient = new QueryClient();
    queryClient.setQueryData(COMMENTS, { nodes: [{ id: 'com_1' }], totalCount: before });
    for (let times = 0; times < 2; times += 1) {
      keepMessage(NOUN, queryClient, { number: 'INC-000001', part: 'comments', message: { id: 'com_2' } });
    }
    expect(queryClient.getQueryData(COMMENTS)).toEqual({
      nodes: [{ id: 'com_1' }, { id: 'com_2' }],
      totalCount: after,
    });
  });
});
