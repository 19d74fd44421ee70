import type { InfiniteData, QueryKey } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useChanges } from './feed-context.ts';
import type { LiveChanges } from './live-field.ts';
import {
  adoptRows,
  appendRows,
  applyRow,
  mergeRows,
  removeRow,
  type ListRule,
  type LiveList,
  type LiveRow,
} from './live-list.ts';

/** A live list: rows change in place, new ones wait until `showNew`. */
export interface LiveRows<Row extends LiveRow> {
  /** Null while the first page is on its way. */
  list: LiveList<Row> | null;
  /** Null where counting them took too long. */
  total: number | null;
  error: Error | null;
  /** Why the last attempt failed, while the page tries on. */
  failure: Error | null;
  more: boolean;
  loadMore: () => void;
  /** Reads the list again and shows everything in its present order. */
  showNew: () => void;
  refreshing: boolean;
}

/** A list that is read page by page, as `useInfiniteQuery` gives it. */
interface PagedReading<Row> {
  data: Pages<Row> | undefined;
  error: Error | null;
  failureReason: Error | null;
  hasNextPage: boolean;
  isFetching: boolean;
  fetchNextPage: () => Promise<unknown>;
  refetch: () => Promise<unknown>;
}

type Pages<Row> = InfiniteData<{ nodes: readonly Row[]; totalCount: number | null }, unknown>;

/** The rows of a list, kept live by a field. Another query key is another list, and starts afresh. */
export function useLiveRows<Row extends LiveRow>(
  query: PagedReading<Row>,
  options: { queryKey: QueryKey; changes: LiveChanges<Row>; rule: Omit<ListRule<Row>, 'more'> },
): LiveRows<Row> {
  const key = JSON.stringify(options.queryKey);
  const [held, setHeld] = useState<{ key: string; pages: number; list: LiveList<Row> } | null>(null);
  // The next answer sets the order anew: at first, and when the reader asks for it. Any other answer only fills in.
  const adoptNext = useRef(true);

  const rule: ListRule<Row> = { ...options.rule, more: query.hasNextPage };
  const latestRule = useRef(rule);
  useEffect(() => {
    latestRule.current = rule;
  });

  const { data, isFetching } = query;
  const keyBefore = useRef(key);
  useEffect(() => {
    // A list that was looked at before is another list all the same: what came in meanwhile is no news to wait behind a button.
    if (keyBefore.current !== key) adoptNext.current = true;
    keyBefore.current = key;
    if (!data) {
      adoptNext.current = true;
      return;
    }
    const adopt = adoptNext.current;
    setHeld((before) => {
      const list = adopt || before?.key !== key ? adoptRows(rowsOf(data)) : filled(before, data, latestRule.current);
      return { key, pages: data.pages.length, list };
    });
    // What was kept from an earlier visit is shown at once; the answer that is on its way sets the order.
    if (!isFetching) adoptNext.current = false;
  }, [data, isFetching, key]);

  useChanges(options.changes, ({ row, recordId }) => {
    setHeld(
      (before) =>
        before && {
          ...before,
          list: row ? applyRow(before.list, row, rule) : removeRow(before.list, recordId),
        },
    );
  });

  return {
    list: data && held?.key === key ? held.list : null,
    total: query.data?.pages.at(-1)?.totalCount ?? null,
    error: query.error,
    failure: query.failureReason,
    more: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
    showNew: () => {
      adoptNext.current = true;
      void query.refetch();
    },
    refreshing: query.isFetching,
  };
}

function filled<Row extends LiveRow>(
  before: { pages: number; list: LiveList<Row> },
  data: Pages<Row>,
  rule: ListRule<Row>,
): LiveList<Row> {
  if (data.pages.length > before.pages) return appendRows(before.list, data.pages.at(-1)?.nodes ?? []);
  return mergeRows(before.list, rowsOf(data), rule);
}

function rowsOf<Row>(data: Pages<Row>): Row[] {
  return data.pages.flatMap((page) => page.nodes);
}
