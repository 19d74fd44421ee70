import type { ChangeState } from '../generated/api.ts';
import { useText } from '../text/text.ts';

/** Where a change stands. */
export function StateBadge({ state }: { state: ChangeState }) {
  return <span className="badge">{useText().word('change.state', state)}</span>;
}
