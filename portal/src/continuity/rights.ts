import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { mayDeclareQuery } from './queries.ts';

/** Whether declaring is offered: it is where the API says yes. */
export function useDeclareOffered(): boolean {
  return useQuery(mayDeclareQuery(useSession().api)).data === true;
}
