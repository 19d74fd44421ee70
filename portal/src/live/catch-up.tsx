import { useEffect, useState } from 'react';
import { secondsOf } from '../api/waiting.tsx';
import { useText } from '../text/text.ts';
import { useFeed, useFeedEvents } from './feed-context.ts';

/** How long the number of caught-up changes stays on the page, in milliseconds. */
const SHOWN_MS = 20_000;

/**
 * After a reconnect: how many changes were missed and are now there. Before it: that what is shown may be old. It lies over the
 * foot of the page, and lets the pointer through: coming and going, it must not move what somebody reads or points at.
 */
export function CatchUp() {
  const text = useText();
  const feed = useFeed();
  const [status, setStatus] = useState(feed.status());
  const [changes, setChanges] = useState(0);
  useFeedEvents(feed, (event) => {
    if (event.type === 'status') setStatus(event.status);
    if (event.type === 'caughtUp') setChanges(event.changes);
  });
  useEffect(() => {
    if (changes === 0) return;
    const timer = setTimeout(() => setChanges(0), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [changes]);
  if (status !== 'LIVE' && status !== 'CONNECTING') {
    return <p className="banner warning afloat">{text(`banner.${status}`, { seconds: secondsOf(feed.waitMs()) })}</p>;
  }
  return changes > 0 ? <p className="banner afloat">{text('live.caughtUp', { count: changes })}</p> : null;
}
