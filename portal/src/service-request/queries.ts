import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import type { Found } from '../app/noun.ts';
import {
  CatalogueItemsDocument,
  type CatalogueItemsQuery,
  ServiceRequestCountDocument,
  type ServiceRequestFilter,
  ServiceRequestsDocument,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** A service of the catalogue. */
export type Item = NonNullable<CatalogueItemsQuery['catalogueItems']>[number];

/** Requests that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 20;
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** A list of service requests, page by page, the newest first. */
export function requestsQuery(api: Api, filter: ServiceRequestFilter) {
  return infiniteQueryOptions({
    queryKey: ['serviceRequests', filter],
    queryFn: async ({ pageParam }) => {
      const variables = { first: PAGE_ROWS, after: pageParam, filter, orderBy: NEWEST };
      return requirePart((await api.request(ServiceRequestsDocument, variables)).serviceRequests);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** How many service requests a filter finds. Null: counting took too long. */
export function requestCountQuery(api: Api, filter: ServiceRequestFilter) {
  return {
    queryKey: ['serviceRequests', 'count', filter],
    queryFn: async () =>
      requirePart((await api.request(ServiceRequestCountDocument, { filter })).serviceRequests).totalCount,
    ...followed(api),
  };
}

/** The newest service requests that some words find, for the palette. */
export async function searchRequests(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words }, orderBy: NEWEST };
  const { nodes } = requirePart((await api.request(ServiceRequestsDocument, variables)).serviceRequests);
  return nodes.map(({ id, number, title }) => ({
    id,
    label: `${number} ${title}`,
    address: { to: '/requests/$id', params: { id: number }, search: { open: true } },
  }));
}

/** The catalogue, in both languages. */
export function catalogueQuery(api: Api) {
  return queryOptions({
    queryKey: ['catalogueItems'],
    queryFn: async () => requirePart((await api.request(CatalogueItemsDocument)).catalogueItems),
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  });
}
