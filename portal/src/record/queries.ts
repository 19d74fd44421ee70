import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { ApiError, type Api } from '../api/client.ts';
import { followed } from '../live/followed.ts';
import type { Messages, PageRecord, RecordNoun } from './noun.ts';

/** Comments, and notes, that a record opens with: the latest. More cost more points. */
export const MESSAGES_LAST = 6;
/** Comments, and notes, that it shows on demand: as many as the API gives at once. */
export const MESSAGES_MAX = 100;

/** The parts of a record that are kept apart, as `LiveChanges` names them. */
type Part = 'facts' | 'history' | 'comments' | 'notes';

/** A noun by its name, which begins the keys. */
type Named = Pick<RecordNoun<PageRecord>, 'name'>;

/** Begins to read what a record's page opens with. */
export function prefetchRecord<Rec extends PageRecord>(
  noun: RecordNoun<Rec>,
  { queryClient, api }: { queryClient: QueryClient; api: Api },
  id: string,
): void {
  void queryClient.prefetchQuery(recordQuery(noun, api, id));
  if (noun.comments) void queryClient.prefetchQuery(commentsQuery(noun, api, { id, last: MESSAGES_LAST }));
}

/** Everything about one record but its conversation. Null when there is none that the reader may see. */
export function recordQuery<Rec extends PageRecord>(noun: RecordNoun<Rec>, api: Api, id: string) {
  return queryOptions({
    queryKey: keyOf(noun, id, 'facts'),
    queryFn: async () => {
      try {
        return await noun.find(api, id);
      } catch (error) {
        // The API refuses what is neither an id nor a number; to a reader, an address that names no record is one that is not there.
        if (error instanceof ApiError && error.code === 'BAD_USER_INPUT') return null;
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data && noun.agesMs?.(state.data)) ?? false,
    ...followed(api),
  });
}

/** What happened to a record, the latest page first. */
export function historyQuery<Rec extends PageRecord>(noun: RecordNoun<Rec>, api: Api, id: string) {
  return infiniteQueryOptions({
    queryKey: keyOf(noun, id, 'history'),
    queryFn: ({ pageParam }) => noun.history(api, id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page?.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null),
    ...followed(api),
  });
}

/** The latest public comments of a record. */
export function commentsQuery<Rec extends PageRecord>(noun: RecordNoun<Rec>, api: Api, about: Conversed) {
  return messagesQuery(noun.comments, keyOf(noun, about.id, 'comments'), { api, ...about });
}

/** The latest internal notes of a record; empty for everybody but the SME. */
export function notesQuery<Rec extends PageRecord>(noun: RecordNoun<Rec>, api: Api, about: Conversed) {
  return messagesQuery(noun.notes, keyOf(noun, about.id, 'notes'), { api, ...about });
}

/** Which messages: those of one record, the last ones. */
interface Conversed {
  id: string;
  last: number;
}

function messagesQuery<Rec extends PageRecord, Message>(
  messages: Messages<Rec, Message> | undefined,
  key: readonly string[],
  { api, id, last }: Conversed & { api: Api },
) {
  return queryOptions({
    queryKey: [...key, last],
    queryFn: async () => messages?.read(api, id, last) ?? null,
    placeholderData: (before) => before,
    ...followed(api),
  });
}

/** Keeps a record as a write gave it back, under both of its names. Where the write could not read it, it is read again. */
export function keepRecord(
  noun: Named,
  queryClient: QueryClient,
  { written, before }: { written: { id: string; number: string } | null; before: { number: string } },
): void {
  if (!written) return refreshRecord(noun, queryClient, before.number);
  for (const id of [written.id, written.number]) queryClient.setQueryData(keyOf(noun, id, 'facts'), written);
}

/** Adds a message, as a write gave it back, to what was read of its record's conversation. */
export function keepMessage(
  noun: Named,
  queryClient: QueryClient,
  { number, part, message }: { number: string; part: 'comments' | 'notes'; message: { id: string } },
): void {
  const queryKey = keyOf(noun, number, part);
  queryClient.setQueriesData<{ nodes: { id: string }[]; totalCount: number | null } | null>({ queryKey }, (page) =>
    !page || page.nodes.some(({ id }) => id === message.id)
      ? page
      : {
          ...page,
          nodes: [...page.nodes, message],
          totalCount: page.totalCount === null ? null : page.totalCount + 1,
        },
  );
}

/** Has the facts and the history of a record read again. */
export function refreshRecord(noun: Named, queryClient: QueryClient, number: string): void {
  for (const part of ['facts', 'history'] as const)
    void queryClient.invalidateQueries({ queryKey: keyOf(noun, number, part) });
}

function keyOf({ name }: Named, id: string, part: Part) {
  return [name, id, part] as const;
}
