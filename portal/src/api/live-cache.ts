import type { Query, QueryClient } from '@tanstack/react-query';
import type { IncidentEventKind, IncidentFactsFragment, IncidentFilter, IncidentsQuery } from '../generated/api.ts';
import { matchesFilter } from '../incident-filter.ts';
import type { Feed, Update } from './live.ts';
import { COUNTS_KEY } from './queries.ts';

/** Short lists, as on the home page, are read again at most so often, in milliseconds. */
const FEW_MS_MIN = 3_000;
/** Changes that come this close together are read again as one, in milliseconds: a catch-up brings many at once. */
const GATHER_MS = 80;

/** What a comment or a note touches. They do not change the incident's version, so they say nothing of its facts' age. */
const TOUCHED: Partial<Record<IncidentEventKind, readonly string[]>> = {
  COMMENTED: ['facts', 'history', 'comments'],
  ANSWERED: ['facts', 'history', 'explain'],
  NOTED: ['history', 'notes'],
};
/** What every other change touches. */
const TOUCHED_ELSE: readonly string[] = ['facts', 'history', 'explain'];

/** What is read again when the feed starts afresh. The tally is not: its own first message brings it. */
const LIVE_KEYS: ReadonlySet<string> = new Set(['incident', 'incidents']);

/**
 * Keeps what was read in step with the feed: the tally is replaced; the parts of an incident that a change touches, and the
 * short lists that it belongs to, become old, and what is on the page of them is read again. A long list on the page follows the
 * feed itself, since its order must not change; when it is looked at another time it is read again.
 */
export function followFeed(feed: Feed, queryClient: QueryClient): { stop(): void } {
  const touched = gatherUpdates(GATHER_MS, (updates) => {
    void queryClient.invalidateQueries({ predicate: (query) => updates.some((update) => isTouched(query, update)) });
  });
  const listed = gatherUpdates(FEW_MS_MIN, (updates) => {
    void queryClient.invalidateQueries({
      predicate: (query) => isShortList(query) && updates.some((update) => concernsList(query, update)),
    });
  });
  const leave = feed.listen((event) => {
    if (event.type === 'counts') queryClient.setQueryData(COUNTS_KEY, event.counts);
    if (event.type === 'fresh') {
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => LIVE_KEYS.has(String(queryKey[0])) });
    }
    if (event.type === 'update') {
      touched.add(event.update);
      listed.add(event.update);
      // At once: who looks at another list in this very moment must not be shown what was kept of it.
      void queryClient.invalidateQueries({ predicate: isLongList, refetchType: 'none' });
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

/** Hands updates on together, this long after the first of them. */
function gatherUpdates(ms: number, handOn: (updates: Update[]) => void): { add(update: Update): void; stop(): void } {
  let gathered: Update[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add(update) {
      gathered.push(update);
      timer ??= setTimeout(() => {
        const updates = gathered;
        gathered = [];
        timer = undefined;
        handOn(updates);
      }, ms);
    },
    stop: () => clearTimeout(timer),
  };
}

function isShortList({ queryKey }: Query): boolean {
  return queryKey[0] === 'incidents' && queryKey[1] === 'few';
}

function isLongList(query: Query): boolean {
  return query.queryKey[0] === 'incidents' && !isShortList(query);
}

/** True when the changed incident stands in a short list, or now belongs there. */
function concernsList({ queryKey, state }: Query, { incident, incidentId }: Update): boolean {
  const list = state.data as IncidentsQuery['incidents'] | undefined;
  if (!list || list.nodes.some(({ id }) => id === incidentId)) return true;
  return incident !== null && matchesFilter(queryKey[2] as IncidentFilter, incident);
}

function isTouched({ queryKey, state }: Query, update: Update): boolean {
  const [subject, asked, part] = queryKey;
  if (subject !== 'incident') return false;
  const special = TOUCHED[update.kind];
  if (!(special ?? TOUCHED_ELSE).includes(String(part))) return false;
  const facts = part === 'facts' ? (state.data as IncidentFactsFragment | null | undefined) : null;
  // The state of a linked incident stands among the facts.
  if (!special && facts?.links.some(({ incident }) => incident?.id === update.incidentId)) return true;
  if (!isAbout(update, asked)) return false;
  // The reader's own write has already brought the facts of this version.
  return !(!special && facts && facts.version >= update.version);
}

/** True when a record asked for by number or id is the one that changed. Without the number it may be. */
function isAbout(update: Update, asked: unknown): boolean {
  return asked === update.incidentId || !update.incident || asked === update.incident.number;
}
