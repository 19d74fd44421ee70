import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { mayOpenProblemQuery } from './queries.ts';

/** Whether opening a problem is offered: it is where the API says yes. */
export function useOpenOffered(): boolean {
  return useQuery(mayOpenProblemQuery(useSession().api)).data === true;
}
