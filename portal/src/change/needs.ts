import { requirePart } from '../api/client.ts';
import { hasRole } from '../app/acting.ts';
import type { Needs } from '../app/noun.ts';
import type { Session } from '../app/session-context.ts';
import { NeededChangesDocument, type ChangeState } from '../generated/api.ts';
import { followed } from '../live/followed.ts';
import type { MessageId } from '../text/text.ts';

/** Changes that wait for the reader and that the home page shows. */
const NEEDED_ROWS = 8;
const OLDEST = { field: 'CREATED_AT', direction: 'ASC' } as const;

/** What a change manager has to do, by the state in which a change waits for it. */
const TO_DO: Readonly<Partial<Record<ChangeState, MessageId>>> = {
  PROPOSED: 'change.do.accept',
  DRAFT: 'change.do.assess',
  ASSESS: 'change.do.plan',
  REVIEW: 'change.do.close',
};

/** To change managers: proposals, and what has to be assessed, planned and closed. For nobody else a change waits. */
export function changeNeeds({ api, me }: Session): readonly Needs[] {
  if (!hasRole(me, 'SME_CHANGE', 'SME_ADMIN')) return [];
  const filter = { state: Object.keys(TO_DO) as ChangeState[] };
  const query = {
    queryKey: ['changes', 'few', filter, 'needs'],
    queryFn: async () => {
      const variables = { first: NEEDED_ROWS, filter, orderBy: OLDEST };
      const { nodes, pageInfo } = requirePart((await api.request(NeededChangesDocument, variables)).changes);
      return {
        nodes: nodes.flatMap(({ id, number, title, state }) => {
          const what = TO_DO[state];
          if (!what) return [];
          const address = { to: '/changes/$id', params: { id: number }, search: { open: true } } as const;
          const badges = [{ group: 'change.state', code: state }];
          return { id, number, title: { EN: title, FR: title }, address, badges, what, dueAt: null, breached: false };
        }),
        hasMore: pageInfo.hasNextPage,
      };
    },
    ...followed(api),
  };
  return [{ query, all: { label: 'nav.changes', address: { to: '/changes', search: { open: true } } } }];
}
