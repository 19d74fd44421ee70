import type { Query, QueryClient } from '@tanstack/react-query';
import type { IncidentEventKind, IncidentFactsFragment } from '../generated/api.ts';
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
 * Keeps what was read in step with the feed: the tally is replaced, the parts of an open incident that a change touches are
 * read again. Long lists follow the feed themselves, since their order must not change.
 */
export function followFeed(feed: Feed, queryClient: QueryClient): { stop(): void } {
  let few: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let gathered: Update[] = [];
  const leave = feed.listen((event) => {
    if (event.type === 'counts') queryClient.setQueryData(COUNTS_KEY, event.counts);
    if (event.type === 'fresh') {
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => LIVE_KEYS.has(String(queryKey[0])) });
    }
    if (event.type === 'update') {
      gathered.push(event.update);
      gathering ??= setTimeout(() => {
        const updates = gathered;
        gathered = [];
        gathering = undefined;
        void queryClient.invalidateQueries({
          predicate: (query) => updates.some((update) => isTouched(query, update)),
        });
      }, GATHER_MS);
      few ??= setTimeout(() => {
        few = undefined;
        void queryClient.invalidateQueries({ queryKey: ['incidents', 'few'] });
      }, FEW_MS_MIN);
    }
  });
  return {
    stop() {
      leave();
      clearTimeout(few);
      clearTimeout(gathering);
    },
  };
}

function isTouched({ queryKey, state }: Query, update: Update): boolean {
  const [subject, asked, part] = queryKey;
  if (subject !== 'incident' || !isAbout(update, asked)) return false;
  const special = TOUCHED[update.kind];
  if (!(special ?? TOUCHED_ELSE).includes(String(part))) return false;
  // The reader's own write has already brought the facts of this version.
  const facts = part === 'facts' ? (state.data as IncidentFactsFragment | null | undefined) : null;
  return !(!special && facts && facts.version >= update.version);
}

/** True when a record asked for by number or id is the one that changed. Without the number it may be. */
function isAbout(update: Update, asked: unknown): boolean {
  return asked === update.incidentId || !update.incident || asked === update.incident.number;
}
