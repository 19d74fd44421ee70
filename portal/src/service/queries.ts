import { useQuery } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import { useSession } from '../app/session-context.ts';
import type { Choice } from '../forms/field.tsx';
import { ServicesDocument } from '../generated/api.ts';
import { ownName, type Named } from '../text/named.ts';

/** The services of the MDM/R, in both languages: they hardly ever change. */
export function servicesQuery(api: Api) {
  return {
    queryKey: ['services'],
    queryFn: async (): Promise<readonly Named[]> => requirePart((await api.request(ServicesDocument)).services),
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  };
}

/** The services. No page is shown before they are there. */
export function useServices(): readonly Named[] {
  const { data } = useQuery(servicesQuery(useSession().api));
  if (!data) throw new Error('The services are read before any page is shown.');
  return data;
}

/** The services as the choices of a list, in the reader's language. */
export function useServiceChoices(): Choice[] {
  const { language } = useSession();
  return useServices().map((service) => ({ value: service.id, label: ownName(service, language) }));
}
