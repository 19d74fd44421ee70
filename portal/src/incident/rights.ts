import { queryOptions, useQuery } from '@tanstack/react-query';
import { requirePart } from '../api/client.ts';
import type { ClientOrganization } from '../app/acting.ts';
import { useSession, type Session } from '../app/session-context.ts';
import { MayReportDocument } from '../generated/api.ts';

/**
 * Whether the reader may report incidents in the acting context. `me` has said so to whoever acts for nobody; for an agent it is asked
 * anew with each choice. It fails while the desk cannot say.
 */
export function mayReportQuery({ api, me, clients }: Pick<Session, 'api' | 'me' | 'clients'>) {
  return queryOptions({
    queryKey: ['mayReport'],
    queryFn: async () => requirePart((await api.request(MayReportDocument)).me?.mayCreateIncident),
    initialData: clients.length === 0 ? (me.mayCreateIncident ?? undefined) : undefined,
    staleTime: Infinity,
  });
}

/** Whether reporting is offered: it is not where the API says no. While the desk cannot say, the page of the report explains that. */
export function useReportOffered(): boolean {
  return useQuery(mayReportQuery(useSession())).data !== false;
}

/** True where an agent may report for a distributor; its incidents may otherwise only be read. */
export function reportsFor({ scopes }: ClientOrganization): boolean {
  return scopes.includes('TICKETS_WRITE');
}
