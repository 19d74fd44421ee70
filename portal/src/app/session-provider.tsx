import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { createClient, type Api, type Client } from '../api/client.ts';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { Waiting } from '../api/waiting.tsx';
import type { Language } from '../generated/api.ts';
import { followFeed } from '../live/cache.ts';
import { FeedContext, useBegun, useFeedEvents } from '../live/feed-context.ts';
import { createFeed, type Feed } from '../live/feed.ts';
import type { LiveField } from '../live/live-field.ts';
import { createFormat, MARKET_ZONE, type Format } from '../text/format.ts';
import { chosenClients, clientsOf, type Me } from './acting.ts';
import { Frame } from './frame.tsx';
import { createDrafts, newIdempotencyKey } from './drafts.ts';
import { useNouns } from './noun.ts';
import { usePreferences } from './preferences.ts';
import { meQuery, preloadQuery, tabQuery } from './queries.ts';
import { SessionContext, type Session } from './session-context.ts';
import type { SignedIn } from './sign-in.ts';
import { useTabLooks, type Tab } from './tab.ts';

interface ProviderProps {
  signedIn: SignedIn;
  language: Language;
  check: () => Promise<void>;
  children: ReactNode;
}

/** Loads who is asking and what the nouns need first, opens the live feed, and gives the session to the pages within. */
export function SessionProvider(props: ProviderProps) {
  const { signedIn, check } = props;
  const nouns = useNouns();
  const [line] = useState(() =>
    openLine({
      personId: signedIn.id,
      signedOut: () => void check(),
      fields: nouns.flatMap(({ live }) => live ?? []),
    }),
  );
  const me = useQuery(meQuery(line.api));
  const preloads = useQuery(preloadQuery(line.api, nouns));
  const tab = useQuery(tabQuery());
  if (me.data && preloads.data && tab.data)
    return <LoadedSession {...props} {...{ line }} me={me.data} tab={tab.data} />;
  return (
    <Frame>
      <Loaded of={me} page>
        {(known) =>
          known ? (
            <Loaded of={preloads} page>
              {() => <Waiting page />}
            </Loaded>
          ) : (
            <Failure error={new Error('me is null')} retry={() => void check()} page />
          )
        }
      </Loaded>
    </Frame>
  );
}

/** The line between the page and the desk. */
interface Line {
  client: Client;
  api: Api;
  feed: Feed;
  fields: readonly LiveField[];
}

function openLine(options: { personId: string; signedOut: () => void; fields: readonly LiveField[] }): Line {
  const { fields } = options;
  const client = createClient(options);
  const feed = createFeed({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    fields,
    connectionParams: client.connectionParams,
    random: Math.random,
  });
  return {
    client,
    feed,
    fields,
    api: { request: client.request, write: client.write, live: () => feed.status() === 'LIVE' },
  };
}

function LoadedSession({ line, me, tab, ...props }: ProviderProps & { line: Line; me: Me; tab: Tab }) {
  const { signedIn, language, check } = props;
  const { actingFor } = usePreferences();
  const clients = useMemo(() => clientsOf(me), [me]);
  const actsFor = useMemo(() => chosenClients(clients, actingFor), [clients, actingFor]);
  useFollowedFeed(line, check);
  const begun = useBegun(line.feed);
  useActingContext(line, { me, actsFor });
  const drafts = useMemo(
    () => createDrafts(localStorage, { personId: me.id, tab, now: Date.now, newKey: newIdempotencyKey }),
    [me.id, tab],
  );
  useTabLooks(tab);
  const format = useFormat(language, me.timeZone);
  const { api } = line;
  const session = useMemo<Session>(
    () => ({
      me,
      endsAt: signedIn.expiresAt,
      check,
      staff: me.staff,
      customer: !me.staff && !me.auditor,
      clients,
      actsFor,
      api,
      drafts,
      language,
      format,
    }),
    [me, signedIn.expiresAt, check, clients, actsFor, api, drafts, language, format],
  );
  return (
    <SessionContext value={session}>
      <FeedContext value={line.feed}>{begun ? props.children : <Waiting page />}</FeedContext>
    </SessionContext>
  );
}

/** Keeps what was read in step with the feed, and asks anew who is signed in when the feed says that it changed. */
function useFollowedFeed({ feed, api, fields }: Line, check: () => Promise<void>): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const follower = followFeed(feed, queryClient, fields);
    return () => {
      follower.stop();
      feed.stop();
    };
  }, [feed, queryClient, fields]);
  useFeedEvents(feed, (event) => {
    if (event.type !== 'sessionChanged') return;
    void check();
    void queryClient.invalidateQueries({ queryKey: meQuery(api).queryKey });
  });
}

/** Starts the feed, and starts it and what was read anew when the acting context or the person's rights change. */
function useActingContext({ client, feed }: Line, { me, actsFor }: Pick<Session, 'me' | 'actsFor'>): void {
  const queryClient = useQueryClient();
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
    void queryClient.resetQueries({ predicate: ({ meta }) => meta?.sameForAll !== true });
  }, [me, actsFor, client, feed, queryClient]);
}

/** The formatter for the reader's language, and for the zone that the reader chose. */
function useFormat(language: Language, timeZone: string): Format {
  const { clock } = usePreferences();
  const zone = clock === 'MARKET' ? MARKET_ZONE : timeZone;
  return useMemo(() => createFormat({ language, zone, now: Date.now }), [language, zone]);
}
