import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import type { Found, Needed } from '../app/noun.ts';
import {
  ClockExplanationDocument,
  IncidentsDocument,
  NeededIncidentsDocument,
  QueueCountsDocument,
  type IncidentClockKind,
  type IncidentFilter,
  type IncidentOrder,
  type Language,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';
import type { MessageId } from '../text/text.ts';
import { ORDERS } from './filter.ts';
import { INCIDENT_TALLY } from './live.ts';
import { stateCode } from './state-badge.tsx';

/** Incidents that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Incidents of one kind that wait for the reader and that the home page shows. */
const NEEDED_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 15;
/** The tally of open incidents. The live feed brings it; it is asked for only where none comes. */
export function countsQuery(api: Api) {
  return queryOptions({
    queryKey: INCIDENT_TALLY.queryKey,
    queryFn: async () => requirePart((await api.request(QueueCountsDocument)).incidentQueueCounts),
  });
}

/** A list of incidents, page by page. */
export function incidentsQuery(api: Api, filter: IncidentFilter, orderBy: IncidentOrder) {
  return infiniteQueryOptions({
    queryKey: ['incidents', filter, orderBy],
    queryFn: async ({ pageParam }) =>
      requirePart(
        (await api.request(IncidentsDocument, { first: PAGE_ROWS, after: pageParam, filter, orderBy })).incidents,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** The first few incidents of a filter that wait for the reader, those due first. */
export function neededIncidentsQuery(
  api: Api,
  { filter, what, customer }: { filter: IncidentFilter; what: MessageId; customer: boolean },
) {
  return {
    queryKey: ['incidents', 'few', filter, what],
    queryFn: async (): Promise<Needed> => {
      const variables = { first: NEEDED_ROWS, filter, orderBy: ORDERS.due };
      const { nodes, pageInfo } = requirePart((await api.request(NeededIncidentsDocument, variables)).incidents);
      return {
        nodes: nodes.map(({ title, priority, ...row }) => ({
          ...row,
          what,
          title: { EN: title, FR: title },
          address: { to: '/incidents/$id', params: { id: row.number }, search: { open: true } },
          badges: [
            { code: priority, style: `priority-${priority}` },
            { ...stateCode(row, customer), style: `state-${row.state}` },
          ],
        })),
        hasMore: pageInfo.hasNextPage,
      };
    },
    ...followed(api),
  };
}

/** The newest incidents that some words find, for the palette. */
export async function searchIncidents(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words }, orderBy: ORDERS.newest };
  const { nodes } = requirePart((await api.request(NeededIncidentsDocument, variables)).incidents);
  return nodes.map(({ id, number, title }) => ({
    id,
    label: `${number} ${title}`,
    address: { to: '/incidents/$id', params: { id: number }, search: { open: true } },
  }));
}

/** A clock of an incident told in words, with times in the zone of the page. */
export function explanationQuery(api: Api, id: string, { kind, language, timeZone }: ExplanationOptions) {
  return queryOptions({
    queryKey: ['incident', id, 'explain', kind, language, timeZone],
    queryFn: async () =>
      (await api.request(ClockExplanationDocument, { id, kind, language, timeZone })).incident?.explainClock ?? null,
  });
}

interface ExplanationOptions {
  kind: IncidentClockKind;
  language: Language;
  timeZone: string;
}
