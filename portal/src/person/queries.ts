import { queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import { AnalystsDocument, MyProfileDocument } from '../generated/api.ts';

/** People hardly ever change: they are read again after this time, in milliseconds. */
const NAMES_MS = 5 * 60_000;

/** The SME's analysts, who can be assigned. */
export function analystsQuery(api: Api) {
  return queryOptions({
    queryKey: ['analysts'],
    queryFn: () => api.request(AnalystsDocument),
    select: (data) => requirePart(data.people).nodes,
    staleTime: NAMES_MS,
    ...SAME_FOR_ALL,
  });
}

/** The reader's own profile, as the desk keeps it. */
export function profileQuery(api: Api) {
  return queryOptions({
    queryKey: ['profile'],
    queryFn: () => api.request(MyProfileDocument),
    select: (data) => data.me,
  });
}
