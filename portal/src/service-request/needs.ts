import { requirePart } from '../api/client.ts';
import { hasRole } from '../app/acting.ts';
import type { Needs } from '../app/noun.ts';
import type { Session } from '../app/session-context.ts';
import { NeededServiceRequestsDocument, type ServiceRequestState } from '../generated/api.ts';
import { followed } from '../live/followed.ts';
import type { MessageId } from '../text/text.ts';
import { stateCode } from './state-badge.tsx';

/** Requests that wait for the reader and that the home page shows. */
const NEEDED_ROWS = 5;
const DUE_FIRST = { field: 'DUE_AT', direction: 'ASC' } as const;

const APPROVE = { AWAITING_APPROVAL: 'request.do.approve' } as const;
const ANSWER = { PENDING_CUSTOMER: 'request.do.answer', FULFILLED: 'request.do.accept' } as const;
const WORK = { APPROVED: 'request.do.start', IN_FULFILMENT: 'request.do.deliver' } as const;

/** What is to do, by the state in which a request waits for it. */
type ToDo = Readonly<Partial<Record<ServiceRequestState, MessageId>>>;

/** To those who work requests: what to start and to deliver. To distributors: questions and deliveries, to their administrators what to approve. */
export function requestNeeds(reader: Session): readonly Needs[] {
  const { api, me, customer } = reader;
  const toDo = toDoOf(reader);
  const filter = { state: Object.keys(toDo) as ServiceRequestState[] };
  if (filter.state.length === 0) return [];
  const query = {
    queryKey: ['serviceRequests', 'few', filter, 'needs'],
    queryFn: async () => {
      const variables = { first: NEEDED_ROWS, filter, orderBy: DUE_FIRST };
      const answer = await api.request(NeededServiceRequestsDocument, variables);
      const { nodes, pageInfo } = requirePart(answer.serviceRequests);
      return {
        nodes: nodes.flatMap(({ id, number, title, titleFr, requester, state, dueAt, breached }) => {
          const what = toDo[state];
          // Nobody approves what that person asked for.
          const isOwn = state === 'AWAITING_APPROVAL' && requester.principalId === me.id;
          if (!what || isOwn) return [];
          const address = { to: '/requests/$id', params: { id: number }, search: { open: true } } as const;
          const titles = { EN: title, FR: titleFr };
          return { id, number, title: titles, address, badges: [stateCode(state, customer)], what, dueAt, breached };
        }),
        hasMore: pageInfo.hasNextPage,
      };
    },
    ...followed(api),
  };
  return [{ query, all: { label: 'nav.requests', address: { to: '/requests', search: { open: true } } } }];
}

function toDoOf({ me, staff, actsFor }: Session): ToDo {
  if (staff) return hasRole(me, 'SME_ANALYST', 'SME_ADMIN') ? WORK : {};
  if (hasRole(me, 'LDC_ADMIN')) return { ...APPROVE, ...ANSWER };
  return hasRole(me, 'LDC_USER') || actsFor.some(({ scopes }) => scopes.includes('TICKETS_WRITE')) ? ANSWER : {};
}
