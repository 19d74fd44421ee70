import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import type { Found } from '../app/noun.ts';
import {
  KnownErrorCountDocument,
  type KnownErrorFilter,
  KnownErrorsDocument,
  ProblemToDraftDocument,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** Known errors that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 20;
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** A list of known errors, page by page, the newest first. */
export function knownErrorsQuery(api: Api, filter: KnownErrorFilter) {
  return infiniteQueryOptions({
    queryKey: ['knownErrors', filter],
    queryFn: async ({ pageParam }) => {
      const variables = { first: PAGE_ROWS, after: pageParam, filter, orderBy: NEWEST };
      return requirePart((await api.request(KnownErrorsDocument, variables)).knownErrors);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** How many known errors a filter finds. Null: counting took too long. */
export function knownErrorCountQuery(api: Api, filter: KnownErrorFilter) {
  return {
    queryKey: ['knownErrors', 'count', filter],
    queryFn: async () => requirePart((await api.request(KnownErrorCountDocument, { filter })).knownErrors).totalCount,
    ...followed(api),
  };
}

/** The newest known errors that some words find, for the palette. */
export async function searchKnownErrors(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words }, orderBy: NEWEST };
  const { nodes } = requirePart((await api.request(KnownErrorsDocument, variables)).knownErrors);
  return nodes.map(({ id, number, title }) => ({
    id,
    label: `${number} ${title}`,
    address: { to: '/known-errors/$id', params: { id: number }, search: {} },
  }));
}

/** The problem that a draft begins with. Null where there is none that the reader may see. */
export function problemToDraftQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: ['problemToDraft', id],
    queryFn: async () => (await api.request(ProblemToDraftDocument, { id })).problem,
  });
}
