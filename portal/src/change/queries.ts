import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import type { Found } from '../app/noun.ts';
import {
  ChangeCountDocument,
  type ChangeFilter,
  ChangesDocument,
  ChangeTemplatesDocument,
  MayProposeDocument,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** Changes that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 20;
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** A list of changes, page by page, the newest first. */
export function changesQuery(api: Api, filter: ChangeFilter) {
  return infiniteQueryOptions({
    queryKey: ['changes', filter],
    queryFn: async ({ pageParam }) =>
      requirePart(
        (await api.request(ChangesDocument, { first: PAGE_ROWS, after: pageParam, filter, orderBy: NEWEST })).changes,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** How many changes a filter finds. Null: counting took too long. */
export function changeCountQuery(api: Api, filter: ChangeFilter) {
  return {
    queryKey: ['changes', 'count', filter],
    queryFn: async () => requirePart((await api.request(ChangeCountDocument, { filter })).changes).totalCount,
    ...followed(api),
  };
}

/** The newest changes that some words find, for the palette. */
export async function searchChanges(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words }, orderBy: NEWEST };
  const { nodes } = requirePart((await api.request(ChangesDocument, variables)).changes);
  return nodes.map(({ id, number, title }) => ({
    id,
    label: `${number} ${title}`,
    address: { to: '/changes/$id', params: { id: number }, search: { open: true } },
  }));
}

/** The templates of standard changes, in both languages. */
export function templatesQuery(api: Api) {
  return queryOptions({
    queryKey: ['changeTemplates'],
    queryFn: async () => requirePart((await api.request(ChangeTemplatesDocument)).changeTemplates),
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  });
}

/** Whether the reader may propose changes in the acting context. It fails while the desk cannot say. */
export function mayProposeQuery(api: Api) {
  return queryOptions({
    queryKey: ['mayPropose'],
    queryFn: async () => requirePart((await api.request(MayProposeDocument)).me?.mayProposeChange),
    staleTime: Infinity,
  });
}
