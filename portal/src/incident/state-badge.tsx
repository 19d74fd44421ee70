import { useSession } from '../app/session-context.ts';
import type { IncidentHoldReason, IncidentState, Priority } from '../generated/api.ts';
import { useText, type Text } from '../text/text.ts';

interface Standing {
  state: IncidentState;
  hold: { reason: IncidentHoldReason } | null;
}

/** Where an incident stands, in the words of those who read it: the SME's states, or the customer's six words. */
export function StateBadge({ incident }: { incident: Standing }) {
  const text = useText();
  const { customer } = useSession();
  return <span className={`badge state-${incident.state}`}>{stateWord(incident, customer, text)}</span>;
}

/** A priority; the highest is told by its form as well as by its colour. */
export function PriorityBadge({ priority }: { priority: Priority }) {
  return <span className={`badge priority-${priority}`}>{priority}</span>;
}

/** The word for a state. Customers read whether it is their turn, not how the SME works. */
export function stateWord(incident: Standing, customer: boolean, text: Text): string {
  const { group, code } = stateCode(incident, customer);
  return text.word(group, code);
}

/** The same as a code and the group of its words. */
export function stateCode({ state, hold }: Standing, customer: boolean): { group: string; code: string } {
  if (!customer) return { group: 'state', code: state };
  const isTheirTurn = state === 'ON_HOLD' && hold?.reason === 'CUSTOMER';
  return { group: 'customerState', code: isTheirTurn ? 'WAITING' : state };
}
