import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import type { Choice } from '../forms/field.tsx';
import { distributorsQuery } from './queries.ts';

/**
 * The distributors whose records the reader can tell apart; none where there is nothing to choose. `inService`: those alone for which something
 * new can be opened.
 */
export function useOrganizations({ inService = false } = {}): Choice[] {
  const { customer, clients, api } = useSession();
  const distributors = useQuery({ ...distributorsQuery(api), enabled: !customer }).data ?? [];
  const offered = inService ? distributors.filter(({ status }) => status === 'ACTIVE') : distributors;
  return (customer ? clients : offered).map(({ id, name }) => ({ value: id, label: name }));
}
