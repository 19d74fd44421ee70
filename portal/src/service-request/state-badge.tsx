import { useSession } from '../app/session-context.ts';
import type { ServiceRequestState } from '../generated/api.ts';
import { useText } from '../text/text.ts';

/** Where a service request stands, in the words of those who read it: a distributor reads when it is its own turn. */
export function StateBadge({ state }: { state: ServiceRequestState }) {
  const text = useText();
  const { group, code } = stateCode(state, useSession().customer);
  return <span className="badge">{text.word(group, code)}</span>;
}

/** A state as a code and the group of its words. */
export function stateCode(state: ServiceRequestState, customer: boolean): { group: string; code: string } {
  return customer && state === 'PENDING_CUSTOMER'
    ? { group: 'request', code: 'waitsForYou' }
    : { group: 'serviceRequest.state', code: state };
}
