import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { createAnnouncer, type Announcer } from './announcer.ts';
import { createClient, type Client, type Request } from './api/client.ts';
import { createFeed, type Feed, type FeedEvent, type LiveStatus } from './api/live.ts';
import { followFeed } from './api/live-cache.ts';
import { createQueries, type Queries } from './api/queries.ts';
import { Failure } from './components/failure.tsx';
import { Loaded } from './components/loaded.tsx';
import { Waiting } from './components/waiting.tsx';
import { createDrafts, newIdempotencyKey, type Drafts } from './drafts.ts';
import { createFormat, MARKET_ZONE, type Format } from './format.ts';
import type { Language, ReferencesQuery } from './generated/api.ts';
import { usePreferences } from './preferences.ts';
import { chosenClients, clientsOf, mayReport, type ClientOrganization, type Me } from './rights.ts';
import type { SignedIn } from './session.ts';

/** What every page may use: who is asking, the live feed, drafts, the formatter and the names of things. */
export interface Desk {
  me: Me;
  /** When the session ends, as far as is known. An answer of the desk may have put it off since. */
  sessionEndsAt: string;
  /** Asks anew who is signed in, and until when. */
  checkSession: () => Promise<void>;
  /** True for people of the SME, who work incidents and read internal notes. */
  staff: boolean;
  /** True for those whose incidents these are, or who act for them: they read whose turn it is, not how the SME works. */
  customer: boolean;
  /** True for those who may report, as far as roles and scopes say it. */
  reports: boolean;
  /** Distributors that an agent may act for; empty for everybody else. */
  clients: ClientOrganization[];
  /** Those of them that the agent acts for now: one, or all. */
  actsFor: ClientOrganization[];
  /** Sends one query or mutation. */
  request: Request;
  /** What the pages read. */
  queries: Queries;
  feed: Feed;
  drafts: Drafts;
  announce: Announcer['announce'];
  language: Language;
  format: Format;
  references: ReferencesQuery;
}

const DeskContext = createContext<Desk | null>(null);

/** The desk of the signed-in person. */
export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error('useDesk is for pages of a signed-in person.');
  return desk;
}

/** Loads who is asking and the names of things, opens the live feed, and gives them to the pages within. */
export function DeskProvider(props: {
  session: SignedIn;
  language: Language;
  checkSession: () => Promise<void>;
  children: ReactNode;
}) {
  const { session, checkSession } = props;
  const [ways] = useState(() => openWays(session.id, () => void checkSession()));
  const me = useQuery(ways.queries.me);
  const references = useQuery(ways.queries.references);
  return (
    <Loaded of={me} page>
      {(known) => (
        <Loaded of={references} page>
          {(names) =>
            known ? (
              <LoadedDesk {...props} ways={ways} me={known} references={names} />
            ) : (
              <Failure error={new Error('me is null')} retry={() => void checkSession()} page />
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

/** The ways between the page and the desk. */
interface Ways {
  client: Client;
  queries: Queries;
  feed: Feed;
}

function openWays(personId: string, signedOut: () => void): Ways {
  const client = createClient({ personId, signedOut });
  const feed = createFeed({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    connectionParams: client.connectionParams,
    random: Math.random,
  });
  return { client, feed, queries: createQueries({ request: client.request, live: () => feed.status() === 'LIVE' }) };
}

function LoadedDesk(props: {
  ways: Ways;
  me: Me;
  references: ReferencesQuery;
  session: SignedIn;
  language: Language;
  checkSession: () => Promise<void>;
  children: ReactNode;
}) {
  const { me, references, language, session, checkSession } = props;
  const { client, queries, feed } = props.ways;
  const { clock, actingFor } = usePreferences();
  const queryClient = useQueryClient();
  const [said, setSaid] = useState('');
  const [saidIn, setSaidIn] = useState(language);
  if (saidIn !== language) {
    // What was announced is over, and was said in the other language.
    setSaidIn(language);
    setSaid('');
  }
  const clients = useMemo(() => clientsOf(me), [me]);
  const actsFor = useMemo(() => chosenClients(clients, actingFor), [clients, actingFor]);
  const [announcer] = useState(() =>
    createAnnouncer({
      say: setSaid,
      now: Date.now,
      later: (action, ms) => {
        const timer = setTimeout(action, ms);
        return () => clearTimeout(timer);
      },
    }),
  );
  const drafts = useMemo(
    () => createDrafts(localStorage, { personId: me.id, now: Date.now, newKey: newIdempotencyKey }),
    [me.id],
  );

  useEffect(() => {
    const follower = followFeed(feed, queryClient);
    return () => {
      follower.stop();
      feed.stop();
      announcer.stop();
    };
  }, [feed, announcer, queryClient]);
  useEffect(() => () => announcer.stop(), [announcer, language]);
  useFeed(feed, (event) => {
    if (event.type !== 'sessionChanged') return;
    void checkSession();
    void queryClient.invalidateQueries({ queryKey: queries.me.queryKey });
  });

  const begun = useBegun(feed);
  const meBefore = useRef<Me | null>(null);
  useEffect(() => {
    const chosen = actsFor.map(({ id }) => id);
    const others = chosen.join() !== client.actsFor().join();
    const first = meBefore.current === null;
    if (!others && meBefore.current === me) return;
    meBefore.current = me;
    client.actFor(chosen);
    if (first) return feed.start();
    if (others) feed.restart();
    // Nothing of the distributor before, or of rights that are gone, may stay on the page.
    void queryClient.resetQueries({ predicate: ({ queryKey }) => !SAME_FOR_ALL.has(String(queryKey[0])) });
  }, [me, actsFor, client, feed, queryClient]);

  const desk = useMemo<Desk>(() => {
    return {
      me,
      sessionEndsAt: session.expiresAt,
      checkSession,
      staff: me.staff,
      customer: !me.staff && !me.auditor,
      reports: mayReport(me, actsFor),
      clients,
      actsFor,
      request: client.request,
      queries,
      feed,
      drafts,
      announce: announcer.announce,
      language,
      format: createFormat({ language, zone: clock === 'MARKET' ? MARKET_ZONE : me.timeZone, now: Date.now }),
      references,
    };
  }, [
    me,
    session.expiresAt,
    checkSession,
    clients,
    actsFor,
    client,
    queries,
    feed,
    drafts,
    announcer,
    language,
    clock,
    references,
  ]);

  return (
    <DeskContext value={desk}>
      {begun ? props.children : <Waiting page />}
      <div className="hidden-words" aria-live="polite" aria-atomic="true">
        {said}
      </div>
    </DeskContext>
  );
}

/** Calls a function for every event of the feed, as long as the component is shown. */
export function useFeed(feed: Feed, listener: (event: FeedEvent) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => feed.listen((event) => latest.current(event)), [feed]);
}

/** How live the page is, followed as it changes. */
export function useLiveStatus(): LiveStatus {
  const { feed } = useDesk();
  const [status, setStatus] = useState(feed.status());
  useFeed(feed, (event) => event.type === 'status' && setStatus(event.status));
  return status;
}

/**
 * True from the moment on at which the feed tells of everything that happens: what is read from then on need not be read again.
 * A feed that does not come about in time is not waited for.
 */
function useBegun(feed: Feed): boolean {
  const [begun, setBegun] = useState(false);
  useFeed(feed, (event) => event.type === 'fresh' && setBegun(true));
  useEffect(() => {
    const timer = setTimeout(() => setBegun(true), FEED_MS_MAX);
    return () => clearTimeout(timer);
  }, []);
  return begun;
}

/** How long the pages wait for the feed to begin, in milliseconds. */
const FEED_MS_MAX = 800;

/** What is read does not depend on for whom an agent acts. */
const SAME_FOR_ALL: ReadonlySet<string> = new Set(['me', 'references', 'distributors', 'analysts']);
