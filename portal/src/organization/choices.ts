import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import type { Choice } from '../forms/field.tsx';
import { distributorsQuery } from './queries.ts';

/** The distributors whose records the reader can tell apart; none where there is nothing to choose. */
export function useOrganizations(): Choice[] {
  const { customer, clients, api } = useSession();
  const distributors = useQuery({ ...distributorsQuery(api), enabled: !customer }).data ?? [];
  return (customer ? clients : distributors).map(({ id, name }) => ({ value: id, label: name }));
}
