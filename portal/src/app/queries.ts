import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { rateWaitMs, requirePart, type Api } from '../api/client.ts';
import { MeDocument, MyAuthorizationsDocument } from '../generated/api.ts';
import { mayAct, SAME_FOR_ALL, type Me } from './acting.ts';
import { newIdempotencyKey } from './drafts.ts';
import type { Noun } from './noun.ts';
import { browserOfTab, openTab, type Tab } from './tab.ts';

/** A search that is refused for its rate is tried this often again: the reader may look for other words by then. */
const SEARCH_RETRIES_MAX = 3;

/** Fewer letters find too much. */
const LETTERS_MIN = 2;
/** A number as people say it, without what begins it. */
const DIGITS = /^\d{1,6}$/;

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

/** What is looked for in the palette: words, or a bare number. Anything shorter than words would find too much. */
export function isSearched(words: string): boolean {
  return words.length >= LETTERS_MIN || DIGITS.test(words);
}

/** What a noun is asked for. A bare number is first of all the number of a record, and may stand in words too. */
function askedOf(numberOf: Noun['numberOf'], words: string): string[] {
  const numbers = numberOf && DIGITS.test(words) ? [numberOf(words)] : [];
  return [...numbers, ...(words.length >= LETTERS_MIN ? [words] : [])];
}

/** The records of every noun that some words find. A noun that does not answer takes nothing from the others. */
export function foundQuery(api: Api, nouns: readonly Noun[], words: string) {
  return queryOptions({
    queryKey: ['found', words],
    queryFn: async ({ client }) => {
      // Each noun by itself: where one is refused for its rate, the others are not asked again.
      const searches = nouns.flatMap(({ search, numberOf }, index) =>
        (search ? askedOf(numberOf, words) : []).map((asked) =>
          client.fetchQuery({
            queryKey: ['found', asked, index],
            queryFn: async () => (await search?.(api, asked)) ?? [],
            retry: (failures, error) => failures < SEARCH_RETRIES_MAX && rateWaitMs(error) !== null,
          }),
        ),
      );
      const answers = await Promise.allSettled(searches);
      const failed = answers.filter((answer) => answer.status === 'rejected');
      // What was not even looked for is no "nothing found".
      const refused = failed.find(({ reason }) => rateWaitMs(reason) !== null);
      if (refused) throw refused.reason;
      if (failed[0] && failed.length === answers.length) throw failed[0].reason;
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      return [...new Map(found.map((each) => [each.id, each])).values()];
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}
