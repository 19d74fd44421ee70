import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useDesk, useFeed } from '../desk.tsx';
import type { IncidentRowFragment, IncidentsQuery } from '../generated/api.ts';
import { apiFilter, compareRows, matchesFilter, ORDERS, type ListSearch } from '../incident-filter.ts';
import { adoptRows, appendRows, applyRow, mergeRows, removeRow, type ListRule, type LiveList } from '../live-list.ts';

export type Row = IncidentRowFragment;

/** A live list of incidents: rows change in place, new ones wait until `showNew`. */
export interface LiveRows {
  /** Null while the first page is on its way. */
  list: LiveList<Row> | null;
  total: number;
  error: Error | null;
  /** Why the last attempt failed, while the page tries on. */
  failure: Error | null;
  more: boolean;
  loadMore: () => void;
  /** Reads the list again and shows everything in its present order. */
  showNew: () => void;
  refreshing: boolean;
}

/** The incidents of a search, kept live. Another search or another order is another list, and starts afresh. */
export function useLiveRows(search: ListSearch): LiveRows {
  const { me, feed, queries } = useDesk();
  const order = search.order ?? 'newest';
  const filter = useMemo(() => apiFilter(search, me.id), [search, me.id]);
  const options = queries.incidents(filter, ORDERS[order]);
  const query = useInfiniteQuery(options);
  const key = JSON.stringify(options.queryKey);
  const [held, setHeld] = useState<{ key: string; pages: number; list: LiveList<Row> } | null>(null);
  // The next answer sets the order anew: at first, and when the reader asks for it. Any other answer only fills in.
  const adoptNext = useRef(true);

  const rule: ListRule<Row> = {
    // The server also looks for words where a row has none: what it found does not leave for want of them.
    matches: (row, shown) => matchesFilter(shown ? { ...filter, text: null } : filter, row),
    compare: (first, second) => compareRows(order, first, second),
    more: query.hasNextPage,
  };

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

  useFeed(feed, (event) => {
    if (event.type !== 'update') return;
    const { incident, incidentId } = event.update;
    setHeld(
      (before) =>
        before && {
          ...before,
          list: incident ? applyRow(before.list, incident, rule) : removeRow(before.list, incidentId),
        },
    );
  });

  return {
    list: data && held?.key === key ? held.list : null,
    total: query.data?.pages.at(-1)?.totalCount ?? 0,
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

type Pages = InfiniteData<IncidentsQuery['incidents']>;

function filled(before: { pages: number; list: LiveList<Row> }, data: Pages, rule: ListRule<Row>): LiveList<Row> {
  if (data.pages.length > before.pages) return appendRows(before.list, data.pages.at(-1)?.nodes ?? []);
  return mergeRows(before.list, rowsOf(data), rule);
}

function rowsOf(data: Pages): Row[] {
  return data.pages.flatMap((page) => page.nodes);
}
