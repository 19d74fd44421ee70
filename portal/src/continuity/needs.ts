import { requirePart, type Api } from '../api/client.ts';
import { hasRole } from '../app/acting.ts';
import type { Needed, NeededRecord, Needs } from '../app/noun.ts';
import type { Session } from '../app/session-context.ts';
import { ReportsDueDocument, ReportsToAcknowledgeDocument, type ReportsDueQuery } from '../generated/api.ts';
import { followed } from '../live/followed.ts';
import { apiFilter } from './filter.ts';

/** Events in which something waits for the reader and that the home page shows. */
const NEEDED_ROWS = 3;
const OPEN = apiFilter({ open: true });

type NeededEvent = NonNullable<ReportsDueQuery['continuityEvents']>['nodes'][number];

/** To continuity managers: when the next report is due. To distributors and their agents: reports to acknowledge. */
export function continuityNeeds({ api, me, actsFor }: Session): readonly Needs[] {
  if (hasRole(me, 'SME_CONTINUITY', 'SME_ADMIN')) return [needed(api, 'due', readDue)];
  const mayAcknowledge =
    hasRole(me, 'LDC_USER', 'LDC_ADMIN') || actsFor.some(({ scopes }) => scopes.includes('CONTINUITY_ACK'));
  return mayAcknowledge ? [needed(api, 'acknowledge', readToAcknowledge)] : [];
}

function needed(api: Api, kind: string, read: (api: Api) => Promise<Needed>): Needs {
  const query = {
    queryKey: ['continuityEvents', 'few', OPEN, kind],
    queryFn: () => read(api),
    ...followed(api),
  };
  return { query, all: { label: 'nav.continuity', address: { to: '/continuity', search: { open: true } } } };
}

async function readDue(api: Api): Promise<Needed> {
  const answer = await api.request(ReportsDueDocument, { first: NEEDED_ROWS, filter: OPEN });
  const { nodes, pageInfo } = requirePart(answer.continuityEvents);
  return {
    nodes: nodes.flatMap((event) => {
      const dueAt = event.reports?.nodes[0]?.nextReportDueAt;
      return dueAt ? [rowOf(event, 'continuity.do.report', dueAt)] : [];
    }),
    hasMore: pageInfo.hasNextPage,
  };
}

async function readToAcknowledge(api: Api): Promise<Needed> {
  const answer = await api.request(ReportsToAcknowledgeDocument, { first: NEEDED_ROWS, filter: OPEN });
  const { nodes, pageInfo } = requirePart(answer.continuityEvents);
  return {
    nodes: nodes.flatMap((event) => {
      const waits = event.reports?.nodes.some(
        ({ requiresAcknowledgement, organizationsTotal, organizationsAcknowledged }) =>
          requiresAcknowledgement && organizationsAcknowledged < organizationsTotal,
      );
      return waits ? [rowOf(event, 'continuity.do.acknowledge', null)] : [];
    }),
    hasMore: pageInfo.hasNextPage,
  };
}

function rowOf(
  { id, number, title, stage }: Omit<NeededEvent, 'reports'>,
  what: NeededRecord['what'],
  dueAt: string | null,
): NeededRecord {
  const address = { to: '/continuity/$id', params: { id: number }, search: { open: true } } as const;
  const badges = [{ group: 'continuity.stage', code: stage }];
  return { id, number, title: { EN: title, FR: title }, address, badges, what, dueAt, breached: false };
}
