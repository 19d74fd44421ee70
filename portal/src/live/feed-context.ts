import { createContext, use, useEffect, useRef, useState } from 'react';
import type { Feed, FeedEvent, LiveStatus } from './feed.ts';
import type { Change, LiveChanges } from './live-field.ts';
import type { LiveRow } from './live-list.ts';

/** Gives the feed of the signed-in person to the pages within. */
export const FeedContext = createContext<Feed | null>(null);

/** The one live feed of the page. */
export function useFeed(): Feed {
  const feed = use(FeedContext);
  if (!feed) throw new Error('useFeed is for pages of a signed-in person.');
  return feed;
}

/** Calls a function for every event of a feed, as long as the component is shown. */
export function useFeedEvents(feed: Feed, listener: (event: FeedEvent) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => feed.listen((event) => latest.current(event)), [feed]);
}

/** Calls a function for every change that one live field tells. */
export function useChanges<Row extends LiveRow>(
  field: LiveChanges<Row>,
  listener: (change: Change<Row>) => void,
): void {
  useFeedEvents(useFeed(), (event) => {
    // The rows of its changes are those that the field makes.
    if (event.type === 'change' && event.field.field === field.field) listener(event.change as Change<Row>);
  });
}

/** How live the page is, followed as it changes. */
export function useLiveStatus(): LiveStatus {
  const feed = useFeed();
  const [status, setStatus] = useState(feed.status());
  useFeedEvents(feed, (event) => event.type === 'status' && setStatus(event.status));
  return status;
}

/**
 * True from the moment on at which the feed tells of everything that happens: what is read from then on need not be read again.
 * A feed that does not come about in time is not waited for.
 */
export function useBegun(feed: Feed): boolean {
  const [begun, setBegun] = useState(false);
  useFeedEvents(feed, (event) => event.type === 'fresh' && setBegun(true));
  useEffect(() => {
    const timer = setTimeout(() => setBegun(true), FEED_MS_MAX);
    return () => clearTimeout(timer);
  }, []);
  return begun;
}

/** How long the pages wait for the feed to begin, in milliseconds. */
const FEED_MS_MAX = 1_500;
