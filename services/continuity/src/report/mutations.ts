import { InputCheck } from '@desk/kit/api/input';
import { notFound } from '@desk/kit/api/errors';
import { requireOrganization } from '@desk/kit/api/reference';
import { ownOrganization } from '@desk/kit/api/viewer';
import { derivedId } from '@desk/kit/process/ids';
import type { Mirrored } from '@desk/kit/log/mirror';
import { forbidden, instantIn, newRecordId, requestKey, writeKey } from '@desk/kit/write/request';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import { requireAction } from '../continuity-event/actions.ts';
import { actOf } from '../continuity-event/mutations.ts';
import { mayAcknowledge } from '../continuity-event/policy.ts';
import type { ContinuityContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { acknowledge, publish } from './acts.ts';
import { ACKNOWLEDGEMENT_NAMES, REPORT_NAMES, reportNumbers } from './report.ts';

export const reportMutations = {
  async publishSituationReport(_root, { input }, context) {
    const { viewer, store, reach } = context;
    const key = writeKey(viewer, 'publishSituationReport', input);
    const event = await store.events.require(reach, input.id);
    const check = new InputCheck();
    const act = actOf(context, event.organizationId, check);
    const id = newRecordId(context, REPORT_NAMES.idPrefix, { operation: 'publishSituationReport', input });
    // A repeated request gets its first answer, whatever became of the event since.
    if (!key || !(await store.reports.records.exists(id))) requireAction(event, 'REPORT', act);
    const nextReportDueAt = instantIn(input.nextReportDueAt, 'input.nextReportDueAt', check);
    const roster = await activeDistributors(context);
    const { record, events } = publish(event, { ...input, id, roster, nextReportDueAt }, act);
    const numbered = reportNumbers(event.number ?? 0);
    const { record: situationReport, replayed } = await store.reports.records.create(record, events, { key, numbered });
    return { situationReport, replayed };
  },

  async acknowledgeSituationReport(_root, { input }, context) {
    const { viewer, store, reach } = context;
    writeKey(viewer, 'acknowledgeSituationReport', input);
    const check = new InputCheck();
    check.id('input.id', input.id, REPORT_NAMES.idPrefix);
    check.done();
    const report = await store.reports.find(reach, input.id);
    const event = report && (await store.events.find(reach, report.subject.id));
    if (!report || !event) throw notFound();
    const organizationId = await acknowledgingOrganization(context, input.actingFor, check);
    // The same word of the same person is one, whether it has a retry key or not.
    const asked = { principal: viewer.id ?? '', operation: 'acknowledge', key: `${report._id} ${organizationId}` };
    const id = derivedId(ACKNOWLEDGEMENT_NAMES.idPrefix, asked);
    const { record, events } = acknowledge(
      { event, report },
      { id, organizationId },
      actOf(context, organizationId, check),
    );
    const { record: acknowledgement, replayed } = await store.acknowledgements.records.create(record, events, {
      key: requestKey(asked, {}),
    });
    return { acknowledgement, replayed };
  },
} satisfies api.MutationResolvers;

/** The distributors that are active now: a report is published to them. */
async function activeDistributors({ directory }: ContinuityContext): Promise<string[]> {
  const organizations = await directory.all('organization');
  return organizations.filter(({ type, active }) => type === 'LDC' && active).map(({ _id }) => _id);
}

/** The organization for which a report is acknowledged: the one named, or the viewer's only one. Refuses NOT_FOUND, FORBIDDEN, BAD_USER_INPUT. */
async function acknowledgingOrganization(
  { viewer, directory, reach }: ContinuityContext,
  named: string | null | undefined,
  check: InputCheck,
): Promise<string> {
  const path = 'input.actingFor';
  const idOrCode = named ?? ownOrganization(viewer);
  if (idOrCode === null && viewer.staff) throw forbidden('Only a distributor or its agent acknowledges a report.');
  if (idOrCode === null)
    check.problem(path, { code: 'REQUIRED', message: 'must name the organization that you acknowledge for.' });
  check.done();
  const found = await requireOrganization<Mirrored<DirectoryRecords['organization']>>(directory, idOrCode ?? '', {
    reach,
    path,
  });
  if (!mayAcknowledge(viewer, found._id)) throw forbidden('Your role does not allow acknowledging reports.');
  check.require(path, found.active, { code: 'INACTIVE', message: 'must be active.' });
  return found._id;
}
