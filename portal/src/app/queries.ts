import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client.ts';
import { MeDocument } from '../generated/api.ts';
import { SAME_FOR_ALL } from './acting.ts';
import type { Noun } from './noun.ts';

/** Who is asking. */
export function meQuery(api: Api) {
  return queryOptions({
    queryKey: ['me'],
    queryFn: () => api.request(MeDocument),
    select: (data) => data.me,
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  });
}

/** What the nouns have read before any page is shown. It is kept as long as the page is. */
export function preloadQuery(api: Api, nouns: readonly Noun[]) {
  return queryOptions({
    queryKey: ['preloads'],
    queryFn: ({ client }) =>
      Promise.all(
        nouns
          .flatMap(({ preloads }) => preloads?.(api) ?? [])
          .map((each) => client.ensureQueryData({ ...each, retry: false, gcTime: Infinity })),
      ),
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  });
}

/** The records of every noun that some words find. A noun that does not answer takes nothing from the others. */
export function foundQuery(api: Api, nouns: readonly Noun[], words: string) {
  return queryOptions({
    queryKey: ['found', words],
    queryFn: async () => {
      const answers = await Promise.allSettled(nouns.flatMap(({ search }) => search?.(api, words) ?? []));
      const failed = answers.filter((answer) => answer.status === 'rejected');
      if (failed[0] && failed.length === answers.length) throw failed[0].reason;
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
    placeholderData: keepPreviousData,
  });
}
