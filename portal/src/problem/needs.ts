import { requirePart } from '../api/client.ts';
import { hasRole } from '../app/acting.ts';
import type { Needs } from '../app/noun.ts';
import type { Session } from '../app/session-context.ts';
import { NeededProblemsDocument, type NeededProblemPageFragment, type ProblemState } from '../generated/api.ts';
import { followed } from '../live/followed.ts';
import type { MessageId } from '../text/text.ts';
import { apiFilter } from './filter.ts';

/** Problems of the reader, and of nobody, that the home page shows. */
const NEEDED_ROWS = 4;

/** States in which a problem may have no owner. */
const OWNERLESS: ProblemState[] = ['NEW', 'ASSESS'];

type NeededProblem = NeededProblemPageFragment['nodes'][number];

/** To those who work problems: the open ones that are theirs, and those that nobody owns yet. */
export function problemNeeds({ api, me }: Session): readonly Needs[] {
  if (!hasRole(me, 'SME_ANALYST', 'SME_ADMIN')) return [];
  const open = apiFilter({ open: true });
  const query = {
    queryKey: ['problems', 'few', open, 'needs'],
    queryFn: async () => {
      const filters = { mine: { ...open, ownerId: [me.id] }, new: { state: OWNERLESS } };
      const answer = await api.request(NeededProblemsDocument, { first: NEEDED_ROWS, ...filters });
      const [mine, fresh] = [requirePart(answer.mine), requirePart(answer.new)];
      const ownerless = fresh.nodes.filter(({ owner }) => owner === null);
      return {
        nodes: [
          ...mine.nodes.map((row) => needed(row, 'problem.do.work')),
          ...ownerless.map((row) => needed(row, 'problem.do.own')),
        ],
        hasMore: mine.pageInfo.hasNextPage || fresh.pageInfo.hasNextPage,
      };
    },
    ...followed(api),
  };
  return [{ query, all: { label: 'nav.problems', address: { to: '/problems', search: { open: true } } } }];
}

function needed({ id, number, title, state }: NeededProblem, what: MessageId) {
  const address = { to: '/problems/$id', params: { id: number }, search: { open: true } } as const;
  const badges = [{ group: 'problem.state', code: state }];
  return { id, number, title: { EN: title, FR: title }, address, badges, what, dueAt: null, breached: false };
}
