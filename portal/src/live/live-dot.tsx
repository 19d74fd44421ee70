import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { useFeed, useFeedEvents, useLiveStatus } from './feed-context.ts';

/** Says in words and by a dot whether the page is live, with a button to pause and to go on. */
export function LiveDot() {
  const text = useText();
  const announce = useAnnounce();
  const feed = useFeed();
  const status = useLiveStatus();
  useFeedEvents(feed, (event) => {
    if (event.type === 'status') announce('live', text(`live.${event.status}`));
    if (event.type === 'caughtUp') announce('caughtUp', text('live.caughtUp', { count: event.changes }));
  });
  return (
    <div className="live">
      {/* The announcer speaks for this region, at most once in five seconds: a flapping line must not chatter. */}
      <span className={`live-dot ${status.toLowerCase()}`} role="status" aria-live="off">
        {text(`live.${status}`)}
      </span>
      <button type="button" className="plain" onClick={() => (status === 'PAUSED' ? feed.resume() : feed.pause())}>
        {text(status === 'PAUSED' ? 'live.resume' : 'live.pause')}
      </button>
    </div>
  );
}
