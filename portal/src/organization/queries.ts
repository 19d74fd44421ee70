import { queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import { DistributorsDocument } from '../generated/api.ts';

/** Organizations hardly ever change: they are read again after this time, in milliseconds. */
const NAMES_MS = 5 * 60_000;

/** The distributors that the viewer may see. */
export function distributorsQuery(api: Api) {
  return queryOptions({
    queryKey: ['distributors'],
    queryFn: () => api.request(DistributorsDocument),
    select: (data) => requirePart(data.organizations).nodes,
    staleTime: NAMES_MS,
    ...SAME_FOR_ALL,
  });
}
