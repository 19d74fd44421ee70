import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { mayProposeQuery } from './queries.ts';

/** Whether proposing is offered: it is not where the API says no. */
export function useProposeOffered(): boolean {
  return useQuery(mayProposeQuery(useSession().api)).data !== false;
}
