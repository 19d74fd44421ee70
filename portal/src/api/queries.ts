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
  type IncidentFactsFragment,
  type IncidentFilter,
  type IncidentOrder,
  type Language,
} from '../generated/api.ts';
import type { Request } from './client.ts';

/** Comments, and notes, that an incident opens with: the latest. More cost more points. */
export const MESSAGES_LAST = 10;
/** Comments, and notes, that it shows on demand: as many as the API gives at once. */
export const MESSAGES_MAX = 100;
/** Records that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 20;
/** People and organizations hardly ever change: they are read again after this time, in milliseconds. */
const NAMES_MS = 5 * 60_000;
/** Without a live feed, what was read is old after this time, in milliseconds. */
const UNFOLLOWED_MS = 5_000;
/** Time that a running clock used up is read again so often, in milliseconds: only the desk knows its business hours. */
const CLOCKS_MS = 60_000;

/** The name under which the tally is kept. */
export const COUNTS_KEY = ['counts'] as const;

export type Queries = ReturnType<typeof createQueries>;

/**
 * Everything that the portal reads. While the page is `live`, the feed says what became old (`live-cache.ts`), and nothing else
 * is read a second time.
 */
export function createQueries({ request, live }: { request: Request; live: () => boolean }) {
  const followed = { staleTime: () => (live() ? Infinity : UNFOLLOWED_MS) };
  return {
    /** Who is asking. */
    me: queryOptions({
      queryKey: ['me'],
      queryFn: () => request(MeDocument),
      select: (data) => data.me,
      staleTime: Infinity,
    }),

    /** Services, categories, groups and the priority matrix, in both languages: they hardly ever change. */
    references: queryOptions({
      queryKey: ['references'],
      queryFn: () => request(ReferencesDocument),
      staleTime: Infinity,
    }),

    /** The distributors that the viewer may see. */
    distributors: queryOptions({
      queryKey: ['distributors'],
      queryFn: () => request(DistributorsDocument),
      select: (data) => data.organizations.nodes,
      staleTime: NAMES_MS,
    }),

    /** The SME's analysts, who can be assigned. */
    analysts: queryOptions({
      queryKey: ['analysts'],
      queryFn: () => request(AnalystsDocument),
      select: (data) => data.people.nodes,
      staleTime: NAMES_MS,
    }),

    /** The tally of open incidents. The live feed brings it; it is asked for only where none comes. */
    counts: queryOptions({
      queryKey: COUNTS_KEY,
      queryFn: async () => (await request(QueueCountsDocument)).incidentQueueCounts,
    }),

    /** A list of incidents, page by page. */
    incidents: (filter: IncidentFilter, orderBy: IncidentOrder) =>
      infiniteQueryOptions({
        queryKey: ['incidents', filter, orderBy],
        queryFn: async ({ pageParam }) =>
          (await request(IncidentsDocument, { first: PAGE_ROWS, after: pageParam, filter, orderBy })).incidents,
        initialPageParam: null as string | null,
        getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
        ...followed,
      }),

    /** The first few incidents of a filter, for the home page and the palette. */
    fewIncidents: (filter: IncidentFilter, orderBy: IncidentOrder, first = FOUND_ROWS) =>
      queryOptions({
        queryKey: ['incidents', 'few', filter, orderBy, first],
        queryFn: async () => (await request(IncidentsDocument, { first, filter, orderBy })).incidents,
        placeholderData: keepPreviousData,
        ...followed,
      }),

    /** Everything about one incident but its conversation. Null when there is none that the viewer may see. */
    incident: (id: string) =>
      queryOptions({
        queryKey: ['incident', id, 'facts'],
        queryFn: async () => (await request(IncidentDocument, { id })).incident,
        refetchInterval: ({ state }) => (anyClockRuns(state.data) ? CLOCKS_MS : false),
        ...followed,
      }),

    /** The latest public comments of an incident. */
    comments: (id: string, last: number = MESSAGES_LAST) =>
      queryOptions({
        queryKey: ['incident', id, 'comments', last],
        queryFn: async () => (await request(CommentsDocument, { id, last })).incident?.comments ?? null,
        placeholderData: (before) => before,
        ...followed,
      }),

    /** The latest internal notes of an incident; empty for everybody but the SME. */
    notes: (id: string, last: number = MESSAGES_LAST) =>
      queryOptions({
        queryKey: ['incident', id, 'notes', last],
        queryFn: async () => (await request(InternalNotesDocument, { id, last })).incident?.internalNotes ?? null,
        placeholderData: (before) => before,
        ...followed,
      }),

    /** What happened to an incident, the latest page first. */
    history: (id: string) =>
      infiniteQueryOptions({
        queryKey: ['incident', id, 'history'],
        queryFn: async ({ pageParam }) =>
          (await request(HistoryDocument, { id, before: pageParam })).incident?.history ?? null,
        initialPageParam: null as string | null,
        getNextPageParam: (page) => (page?.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null),
        ...followed,
      }),

    /** A clock of an incident told in words, with times in the zone of the page. */
    explanation: (id: string, { kind, language, timeZone }: ExplanationOptions) =>
      queryOptions({
        queryKey: ['incident', id, 'explain', kind, language, timeZone],
        queryFn: async () =>
          (await request(ClockExplanationDocument, { id, kind, language, timeZone })).incident?.explainClock ?? null,
      }),
  };
}

interface ExplanationOptions {
  kind: ClockKind;
  language: Language;
  timeZone: string;
}

function anyClockRuns(incident: IncidentFactsFragment | null | undefined): boolean {
  return incident?.clocks.some(({ state }) => state === 'RUN') ?? false;
}
