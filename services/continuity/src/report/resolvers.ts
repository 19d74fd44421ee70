import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { mayAcknowledge } from '../continuity-event/policy.ts';
import type { ContinuityContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import {
  placeOf,
  type Acknowledgement as AcknowledgementRecord,
  type SituationReport as ReportRecord,
} from './report.ts';

const SituationReport: api.SituationReportResolvers &
  Owed<api.SituationReport, ReportRecord, api.SituationReportResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.reports.load(id),
  id: ({ _id }) => _id,
  place: placeOf,
  text: ({ english, french }, { language }) => (language === 'FR' ? (french ?? english) : english),
  languages: ({ french }) => (french === null ? ['EN'] : ['EN', 'FR']),
  author: ({ author }) => author,
  event: ({ subject }, _args, { loaders }) => loaders.events.load(subject.id),
  organizationsTotal: (report, _args, context) => rosterWithin(report, context).length,
  organizationsAcknowledged: async (report, _args, context) =>
    rosterWithin(report, context).length - (await outstandingOf(report, context)).length,
  outstanding: async (report, _args, context) => organizations(await outstandingOf(report, context)),
  async acknowledgements({ _id }, args, { store, reach }) {
    const { acknowledgements } = store;
    const page = await acknowledgements.list(_id, reach, pageRequest(args));
    return connection(page, () => acknowledgements.count(_id, reach));
  },
  async mayAcknowledgeFor(report, _args, context) {
    if (!report.requiresAcknowledgement || context.viewer.id === null) return [];
    const outstanding = await outstandingOf(report, context);
    return organizations(outstanding.filter((id) => mayAcknowledge(context.viewer, id)));
  },
};

const Acknowledgement: api.AcknowledgementResolvers &
  Owed<api.Acknowledgement, AcknowledgementRecord, api.AcknowledgementResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.acknowledgements.load(id),
  id: ({ _id }) => _id,
  organization: ({ organizationId }) => ({ __typename: 'Organization', id: organizationId }),
  by: ({ by }) => by,
  report: ({ reportId }, _args, { loaders }) => loaders.reports.load(reportId),
};

export const reportTypes = {
  SituationReport,
  Acknowledgement,
  SituationReportPayload: {
    continuityEvent: ({ situationReport }, _args, { store, reach }) =>
      store.events.find(reach, situationReport.subject.id),
  },
  AcknowledgementPayload: {
    situationReport: ({ acknowledgement }, _args, { store, reach }) =>
      store.reports.find(reach, acknowledgement.reportId),
  },
} satisfies api.Resolvers;

/** The organizations of a report's roster that the viewer may see. */
function rosterWithin({ roster }: ReportRecord, { reach }: ContinuityContext): string[] {
  return reach === 'ALL' ? roster : roster.filter((id) => reach.includes(id));
}

/** Those of them that did not acknowledge it. */
async function outstandingOf(report: ReportRecord, context: ContinuityContext): Promise<string[]> {
  const seen = rosterWithin(report, context);
  const acknowledged = await context.store.acknowledgements.organizationsOf(report, seen);
  return seen.filter((id) => !acknowledged.has(id));
}

function organizations(ids: readonly string[]) {
  return ids.map((id) => ({ __typename: 'Organization' as const, id }));
}
