import type { ProblemState } from '../generated/api.ts';
import { useText } from '../text/text.ts';

/** Where a problem stands. */
export function StateBadge({ state }: { state: ProblemState }) {
  return <span className="badge">{useText().word('problem.state', state)}</span>;
}
