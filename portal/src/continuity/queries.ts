import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import {
  ContinuityEventCountDocument,
  type ContinuityEventFilter,
  ContinuityEventsDocument,
  FoundContinuityEventsDocument,
  MayDeclareDocument,
  ReportOutstandingDocument,
} from '../generated/api.ts';
import type { Found } from '../app/noun.ts';
import { followed } from '../live/followed.ts';
import { holds } from '../text/words.ts';

/** Rows of one page of a list. */
const PAGE_ROWS = 20;
/** Events that the home page shows. */
const HOME_ROWS = 4;
/** Events that a search in the palette looks through, the newest first. */
const SEARCHED_ROWS = 20;
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** A list of continuity events, page by page, the newest first. */
export function continuityEventsQuery(api: Api, filter: ContinuityEventFilter) {
  return infiniteQueryOptions({
    queryKey: ['continuityEvents', filter],
    queryFn: async ({ pageParam }) => readPage(api, { first: PAGE_ROWS, after: pageParam, filter }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** How many continuity events a filter finds. Null: counting took too long. */
export function eventCountQuery(api: Api, filter: ContinuityEventFilter) {
  return {
    queryKey: ['continuityEvents', 'count', filter],
    queryFn: async () =>
      requirePart((await api.request(ContinuityEventCountDocument, { filter })).continuityEvents).totalCount,
    ...followed(api),
  };
}

/** The newest of them, for the home page. */
export function fewEventsQuery(api: Api, filter: ContinuityEventFilter) {
  return queryOptions({
    queryKey: ['continuityEvents', 'few', filter],
    queryFn: () => readPage(api, { first: HOME_ROWS, after: null, filter }),
    ...followed(api),
  });
}

/** The newest continuity events whose number or title holds some words, for the palette. */
export async function searchEvents(api: Api, words: string): Promise<Found[]> {
  const { nodes } = requirePart(
    (await api.request(FoundContinuityEventsDocument, { first: SEARCHED_ROWS })).continuityEvents,
  );
  return nodes
    .map(({ id, number, title }): Found => ({
      id,
      label: `${number} ${title}`,
      address: { to: '/continuity/$id', params: { id: number }, search: { open: true } },
    }))
    .filter(({ label }) => holds(label, words));
}

async function readPage(api: Api, asked: { first: number; after: string | null; filter: ContinuityEventFilter }) {
  return requirePart((await api.request(ContinuityEventsDocument, { ...asked, orderBy: NEWEST })).continuityEvents);
}

/** Whether the reader may declare continuity events. It fails while the desk cannot say. */
export function mayDeclareQuery(api: Api) {
  return queryOptions({
    queryKey: ['mayDeclare'],
    queryFn: async () => requirePart((await api.request(MayDeclareDocument)).me?.mayDeclareContinuityEvent),
    staleTime: Infinity,
  });
}

/** The organizations that have not acknowledged a report, read again as soon as another number of them has. */
export function outstandingQuery(api: Api, reportId: string, acknowledged: number) {
  return queryOptions({
    queryKey: ['outstanding', reportId, acknowledged],
    queryFn: async () => {
      const { node } = await api.request(ReportOutstandingDocument, { id: reportId });
      return requirePart(node && 'outstanding' in node ? node.outstanding : null);
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
}
