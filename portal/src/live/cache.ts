import type { Query, QueryClient } from '@tanstack/react-query';
import type { Feed } from './feed.ts';
import type { Change, LiveChanges, LiveField } from './live-field.ts';

/** Short lists, as on the home page, are read again at most so often, in milliseconds. */
const FEW_MS_MIN = 3_000;
/** Changes that come this close together are read again as one, in milliseconds: a catch-up brings many at once. */
const GATHER_MS = 80;

/**
 * Keeps what was read in step with the feed: a snapshot is replaced; the parts of a record that a change touches, and the
 * short lists that it belongs to, become old, and what is on the page of them is read again. A long list on the page follows the
 * feed itself, since its order must not change; when it is looked at another time it is read again.
 */
export function followFeed(feed: Feed, queryClient: QueryClient, fields: readonly LiveField[]): { stop(): void } {
  const makeOld = ageing(queryClient);
  const touched = gatherChanges(GATHER_MS, (told) => makeOld((query) => told.some((each) => isTouched(query, each))));
  const listed = gatherChanges(FEW_MS_MIN, (told) =>
    makeOld((query) => told.some((each) => concernsShortList(query, each))),
  );
  const leave = feed.listen((event) => {
    if (event.type === 'snapshot' && event.value !== null) queryClient.setQueryData(event.field.queryKey, event.value);
    if (event.type === 'fresh') {
      // Snapshots are not read again: the first message of each brings its newest value.
      const roots = fields.flatMap((field) => (field.type === 'changes' ? Object.values(field.queryKey) : []));
      makeOld(({ queryKey }) => roots.includes(String(queryKey[0])));
    }
    if (event.type === 'change') {
      touched.add(event);
      listed.add(event);
      // At once: who looks at another list in this very moment must not be shown what was kept of it.
      makeOld((query) => isLongList(query, event.field), 'none');
    }
  });
  return {
    stop() {
      leave();
      touched.stop();
      listed.stop();
    },
  };
}

/**
 * Makes queries old, so that what is on the page of them is read again. A first reading that is under way may have begun before the
 * change, and the library keeps it: once it is there, it is read once more.
 */
function ageing(queryClient: QueryClient): (isOld: (query: Query) => boolean, refetchType?: 'none') => void {
  const twice = new Set<Query>();
  const first = (query: Query) => query.state.data === undefined && !twice.has(query);
  return (isOld, refetchType) => {
    const underWay = queryClient.getQueryCache().findAll({ fetchStatus: 'fetching' });
    for (const query of underWay.filter((each) => first(each) && isOld(each))) {
      twice.add(query);
      const again = () => {
        twice.delete(query);
        void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
      };
      // This gives the reading that is under way. Where it fails, there is nothing old.
      query.fetch().then(again, () => twice.delete(query));
    }
    void queryClient.invalidateQueries({ predicate: isOld, ...(refetchType && { refetchType }) });
  };
}

/** A change, and the field that told it. */
interface Told {
  field: LiveChanges;
  change: Change;
}

/** Hands changes on together, this long after the first of them. */
function gatherChanges(ms: number, handOn: (told: Told[]) => void): { add(told: Told): void; stop(): void } {
  let gathered: Told[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add(told) {
      gathered.push(told);
      timer ??= setTimeout(() => {
        const together = gathered;
        gathered = [];
        timer = undefined;
        handOn(together);
      }, ms);
    },
    stop: () => clearTimeout(timer),
  };
}

/** True of a short list of the field's records, and of a count of them. */
function isShortList({ queryKey }: Query, field: LiveChanges): boolean {
  return queryKey[0] === field.queryKey.list && (queryKey[1] === 'few' || queryKey[1] === 'count');
}

function isLongList(query: Query, field: LiveChanges): boolean {
  return query.queryKey[0] === field.queryKey.list && !isShortList(query, field);
}

/** True of a short list in which the changed record stands, or where it now belongs. A count does not tell which records it counts. */
function concernsShortList(query: Query, { field, change }: Told): boolean {
  if (!isShortList(query, field)) return false;
  if (query.queryKey[1] === 'count') return true;
  const list = query.state.data as { nodes: readonly { id: string }[] } | undefined;
  if (!list || list.nodes.some(({ id }) => id === change.recordId)) return true;
  return change.row !== null && field.matches(query.queryKey[2], change.row);
}

function isTouched({ queryKey, state }: Query, { field, change }: Told): boolean {
  const [record, asked, part] = queryKey;
  if (record !== field.queryKey.record) return false;
  const besides = field.besides[change.kind];
  if (!(besides ?? field.touches).includes(String(part))) return false;
  const facts = part === 'facts' ? (state.data as { version: number } | null | undefined) : null;
  if (!besides && facts && field.mentions(facts, change.recordId)) return true;
  // Without the number it may be about the record that was asked for.
  if (asked !== change.recordId && change.number !== null && asked !== change.number) return false;
  // The reader's own write has already brought the facts of this version.
  return !(!besides && facts && facts.version >= change.version);
}
