import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { rateWaitMs, requirePart, type Api } from '../api/client.ts';
import { MeDocument, MyAuthorizationsDocument } from '../generated/api.ts';
import { mayAct, SAME_FOR_ALL, type Me } from './acting.ts';
import { newIdempotencyKey } from './drafts.ts';
import type { Noun } from './noun.ts';
import { browserOfTab, openTab, type Tab } from './tab.ts';

/** A search that is refused for its rate is tried this often again: the reader may look for other words by then. */
const SEARCH_RETRIES_MAX = 3;

/** Who is asking. */
export function meQuery(api: Api) {
  return queryOptions({
    queryKey: ['me'],
    queryFn: async (): Promise<Me | null> => {
      const { me } = await api.request(MeDocument);
      if (!me || !mayAct(me)) return me && { ...me, authorizations: [] };
      return { ...me, authorizations: requirePart((await api.request(MyAuthorizationsDocument)).me).authorizations };
    },
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  });
}

/** The tab in which the page runs. It is opened once for the whole page, whoever signs in. */
let thisTab: Promise<Tab> | null = null;

/** The tab of the browser that shows the page. */
export function tabQuery() {
  const openOnce = () => (thisTab ??= openTab(browserOfTab(newIdempotencyKey)));
  return queryOptions({ queryKey: ['tab'], queryFn: openOnce, staleTime: Infinity, ...SAME_FOR_ALL });
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
    queryFn: async ({ client }) => {
      // Each noun by itself: where one is refused for its rate, the others are not asked again.
      const searches = nouns.flatMap(({ search }, index) =>
        search
          ? client.fetchQuery({
              queryKey: ['found', words, index],
              queryFn: () => search(api, words),
              retry: (failures, error) => failures < SEARCH_RETRIES_MAX && rateWaitMs(error) !== null,
            })
          : [],
      );
      const answers = await Promise.allSettled(searches);
      const failed = answers.filter((answer) => answer.status === 'rejected');
      // What was not even looked for is no "nothing found".
      const refused = failed.find(({ reason }) => rateWaitMs(reason) !== null);
      if (refused) throw refused.reason;
      if (failed[0] && failed.length === answers.length) throw failed[0].reason;
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}
