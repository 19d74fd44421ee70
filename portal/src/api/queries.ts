import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  AnalystsDocument,
  ClockExplanationDocument,
  CommentsDocument,
  DistributorsDocument,
  HistoryDocument,
  IncidentDocument,
  IncidentsDocument,
  InternalNotesDocument,
  MeDocument,
  QueueCountsDocument,
  ReferencesDocument,
  type ClockKind,
  type IncidentFilter,
  type IncidentOrder,
  type Language,
} from '../generated/api.ts';
import { request } from './client.ts';

/** Rows of one page of a list. */
export const PAGE_ROWS = 30;
/** Comments, and notes, that an incident opens with: the latest. More cost more points. */
export const MESSAGES_LAST = 20;
/** Comments, and notes, that it shows on demand: as many as the API gives at once. */
export const MESSAGES_MAX = 100;
/** Records that a search in the palette shows. */
export const FOUND_ROWS = 6;

/** Who is asking. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => request(MeDocument),
  select: (data) => data.me,
  staleTime: Infinity,
});

/** Services, categories, groups and the priority matrix, in both languages: they hardly ever change. */
export const referencesQuery = queryOptions({
  queryKey: ['references'],
  queryFn: () => request(ReferencesDocument),
  staleTime: Infinity,
});

/** The distributors that the viewer may see. */
export const distributorsQuery = queryOptions({
  queryKey: ['distributors'],
  queryFn: () => request(DistributorsDocument),
  select: (data) => data.organizations.nodes,
  staleTime: 5 * 60_000,
});

/** The SME's analysts, who can be assigned. */
export const analystsQuery = queryOptions({
  queryKey: ['analysts'],
  queryFn: () => request(AnalystsDocument),
  select: (data) => data.people.nodes,
  staleTime: 5 * 60_000,
});

/** The tally of open incidents. The live feed replaces it. */
export const countsQuery = queryOptions({
  queryKey: ['counts'],
  queryFn: async () => (await request(QueueCountsDocument)).incidentQueueCounts,
});

/** A list of incidents, page by page. */
export function incidentsQuery(filter: IncidentFilter, orderBy: IncidentOrder) {
  return infiniteQueryOptions({
    queryKey: ['incidents', filter, orderBy],
    queryFn: async ({ pageParam }) =>
      (await request(IncidentsDocument, { first: PAGE_ROWS, after: pageParam, filter, orderBy })).incidents,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
  });
}

/** The first few incidents of a filter, for the home page and the palette. */
export function fewIncidentsQuery(filter: IncidentFilter, orderBy: IncidentOrder, first = FOUND_ROWS) {
  return queryOptions({
    queryKey: ['incidents', 'few', filter, orderBy, first],
    queryFn: async () => (await request(IncidentsDocument, { first, filter, orderBy })).incidents,
    placeholderData: keepPreviousData,
  });
}

/** Everything about one incident but its conversation. Null when there is none that the viewer may see. */
export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'facts'],
    queryFn: async () => (await request(IncidentDocument, { id })).incident,
  });
}

/** The latest public comments of an incident. */
export function commentsQuery(id: string, last: number = MESSAGES_LAST) {
  return queryOptions({
    queryKey: ['incident', id, 'comments', last],
    queryFn: async () => (await request(CommentsDocument, { id, last })).incident?.comments ?? null,
    placeholderData: (before) => before,
  });
}

/** The latest internal notes of an incident; empty for everybody but the SME. */
export function notesQuery(id: string, last: number = MESSAGES_LAST) {
  return queryOptions({
    queryKey: ['incident', id, 'notes', last],
    queryFn: async () => (await request(InternalNotesDocument, { id, last })).incident?.internalNotes ?? null,
    placeholderData: (before) => before,
  });
}

/** What happened to an incident, the latest page first. */
export function historyQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['incident', id, 'history'],
    queryFn: async ({ pageParam }) =>
      (await request(HistoryDocument, { id, before: pageParam })).incident?.history ?? null,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page?.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null),
  });
}

/** A clock of an incident told in words. */
export function explanationQuery(id: string, kind: ClockKind, language: Language) {
  return queryOptions({
    queryKey: ['incident', id, 'explain', kind, language],
    queryFn: async () =>
      (await request(ClockExplanationDocument, { id, kind, language })).incident?.explainClock ?? null,
    placeholderData: keepPreviousData,
  });
}
