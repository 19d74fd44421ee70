import type { ContinuityEventRowFragment } from '../generated/api.ts';
import { useText } from '../text/text.ts';

/** Where a continuity event stands, and what it counts as. An exercise says so first. */
export function EventBadges({ event }: { event: ContinuityEventRowFragment }) {
  const text = useText();
  return (
    <>
      {event.kind === 'EXERCISE' && <span className="badge">{text.word('continuity.kind', event.kind)}</span>}
      <span className="badge">{text.word('continuity.stage', event.state)}</span>
      <span className="badge">{text.word('continuity.classification', event.classification)}</span>
      <span className="badge">{text('continuity.level', { level: event.impactLevel })}</span>
    </>
  );
}
