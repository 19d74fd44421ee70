import type { Connection } from '@desk/kit/api/page';
import type { HistoryEntry } from '@desk/kit/log/history';
import type { AgentAuthorizationEventKind } from '../generated/api.ts';
import { historyView } from '../history/view.ts';
import type { AgentAuthorization } from './authorization.ts';

/** A page of authorizations, as the API shows it. */
export type AuthorizationPage = Connection<AgentAuthorization>;

export type AuthorizationHistoryEntry = HistoryEntry<AgentAuthorizationEventKind>;
export type AuthorizationHistoryPage = Connection<AuthorizationHistoryEntry>;

/** The answer of a mutation that changes an authorization. */
export interface AuthorizationAnswer {
  agentAuthorization: AgentAuthorization;
  version: number;
  replayed: boolean;
}

/** How an authorization's events are shown in its history. */
export const AUTHORIZATION_HISTORY = historyView<AgentAuthorizationEventKind>({
  'authorization.granted': 'GRANTED',
  'authorization.revoked': 'REVOKED',
});
