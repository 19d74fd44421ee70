import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import type { Found } from '../app/noun.ts';
import {
  MayOpenProblemDocument,
  ProblemCountDocument,
  type ProblemFilter,
  ProblemsDocument,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** Problems that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Rows of one page of a list. */
const PAGE_ROWS = 20;
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** A list of problems, page by page, the newest first. */
export function problemsQuery(api: Api, filter: ProblemFilter) {
  return infiniteQueryOptions({
    queryKey: ['problems', filter],
    queryFn: async ({ pageParam }) =>
      requirePart(
        (await api.request(ProblemsDocument, { first: PAGE_ROWS, after: pageParam, filter, orderBy: NEWEST })).problems,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** How many problems a filter finds. Null: counting took too long. */
export function problemCountQuery(api: Api, filter: ProblemFilter) {
  return {
    queryKey: ['problems', 'count', filter],
    queryFn: async () => requirePart((await api.request(ProblemCountDocument, { filter })).problems).totalCount,
    ...followed(api),
  };
}

/** The newest problems that some words find, for the palette. */
export async function searchProblems(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words }, orderBy: NEWEST };
  const { nodes } = requirePart((await api.request(ProblemsDocument, variables)).problems);
  return nodes.map(({ id, number, title }) => ({
    id,
    label: `${number} ${title}`,
    address: { to: '/problems/$id', params: { id: number }, search: { open: true } },
  }));
}

/** Whether the reader may open problems. It fails while the desk cannot say. */
export function mayOpenProblemQuery(api: Api) {
  return queryOptions({
    queryKey: ['mayOpenProblem'],
    queryFn: async () => requirePart((await api.request(MayOpenProblemDocument)).me?.mayOpenProblem),
    staleTime: Infinity,
  });
}
