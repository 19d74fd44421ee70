import { useNow } from './now.ts';
import { useSession } from './session-context.ts';
import { useText } from '../text/text.ts';

/** When a target falls due, and how long that is from now; or that it was missed. In words as well as in colour. */
export function Due({ dueAt, breached }: { dueAt: string | null; breached: boolean }) {
  const text = useText();
  const { format } = useSession();
  const now = useNow();
  if (!dueAt) return breached ? <span className="due late">{text('due.breached')}</span> : null;
  const leftMs = Date.parse(dueAt) - now;
  const late = leftMs <= 0;
  return (
    <span className={`due ${late || breached ? 'late' : leftMs < SOON_MS ? 'soon' : ''}`} title={format.instant(dueAt)}>
      {breached
        ? text('due.breached')
        : late
          ? text('due.late', { time: format.span(-leftMs) })
          : text('due.left', { time: format.span(leftMs) })}
    </span>
  );
}

/** From this time on a due time is shown as near, in milliseconds. */
const SOON_MS = 60 * 60_000;
