import { createContext, use } from 'react';
import type { Api } from '../api/client.ts';
import type { Language } from '../generated/api.ts';
import type { Format } from '../text/format.ts';
import type { ClientOrganization, Me } from './acting.ts';
import type { Drafts } from './drafts.ts';

/** What every page may use: who is asking, the way to the API, drafts and the formatter. */
export interface Session {
  me: Me;
  /** When the session ends, as far as is known. An answer of the desk may have put it off since. */
  endsAt: string;
  /** Asks anew who is signed in, and until when. */
  check: () => Promise<void>;
  /** True for people of the SME, who read internal notes. */
  staff: boolean;
  /** True for those whose records these are, or who act for them: they read whose turn it is, not how the SME works. */
  customer: boolean;
  /** Distributors that an agent may act for; empty for everybody else. */
  clients: ClientOrganization[];
  /** Those of them that the agent acts for now: one, or all. */
  actsFor: ClientOrganization[];
  /** The way to the API, for queries and mutations. */
  api: Api;
  drafts: Drafts;
  language: Language;
  format: Format;
}

/** Gives the session to the pages within. */
export const SessionContext = createContext<Session | null>(null);

/** The session of the signed-in person. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession is for pages of a signed-in person.');
  return session;
}
