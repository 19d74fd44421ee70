import { useQuery } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import { useSession } from '../app/session-context.ts';
import { ReferencesDocument, type ReferencesQuery } from '../generated/api.ts';

/** What the references hold. */
export type References = { [Name in keyof ReferencesQuery]: NonNullable<ReferencesQuery[Name]> };

/** Categories, groups and the priority matrix, in both languages: they hardly ever change. */
export function referencesQuery(api: Api) {
  return {
    queryKey: ['references'],
    queryFn: async (): Promise<References> => {
      const { incidentCategories, assignmentGroups, priorityMatrix } = await api.request(ReferencesDocument);
      return {
        incidentCategories: requirePart(incidentCategories),
        assignmentGroups: requirePart(assignmentGroups),
        priorityMatrix: requirePart(priorityMatrix),
      };
    },
    staleTime: Infinity,
    ...SAME_FOR_ALL,
  };
}

/** The references. No page is shown before they are there. */
export function useReferences(): References {
  const { data } = useQuery(referencesQuery(useSession().api));
  if (!data) throw new Error('The references are read before any page is shown.');
  return data;
}
