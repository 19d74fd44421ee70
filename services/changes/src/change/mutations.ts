import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { requireOrganization } from '@desk/kit/api/reference';
import { ownOrganization } from '@desk/kit/api/viewer';
import { prepareMessage } from '@desk/kit/conversation/mutations';
import type { Mirrored } from '@desk/kit/log/mirror';
import { actOn } from '@desk/kit/write/act-on';
import {
  forbidden,
  instantIn,
  newRecordId,
  writeKey,
  type ChangeInput,
  type WriteInput,
} from '@desk/kit/write/request';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { ChangesContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { findTemplate } from '../template/template.ts';
import { requireAction } from './actions.ts';
import {
  acceptChange,
  assessChange,
  cancelChange,
  closeChange,
  completeChange,
  declineChange,
  planChange,
  publishChange,
  replanChange,
  startChange,
  submitChange,
} from './acts.ts';
import { CHANGE_NAMES, type Change, type ChangeActContext } from './change.ts';
import { writeComment, writeNote, type ChangeDecision } from './event.ts';
import { checkProposer, openChange } from './opening.ts';
import { mayProposeChange } from './policy.ts';
import type { ChangeAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** The SME in the directory: what its staff propose is the SME's. */
const SME_CODE = 'SME';

/** One mutation for each business action. */
export const changeMutations = {
  async proposeChange(_root, { input }, context) {
    const key = writeKey(context.viewer, 'proposeChange', input);
    const check = new InputCheck();
    const organizationId = await proposingOrganization(context, input.actingFor, check);
    await checkServices(context, input.serviceIds, check);
    const id = newRecordId(context, CHANGE_NAMES.idPrefix, { operation: 'proposeChange', input });
    const { record, events } = openChange({ id, organizationId }, input, actOf(context, organizationId, check));
    const { records } = context.store.changes;
    const { record: change, ...written } = await records.create(record, events, { key, numbered: true });
    return { change, ...written };
  },

  acceptChange: plainly('acceptChange', acceptChange),
  declineChange: plainly('declineChange', declineChange),

  assessChange: (_root, { input }, context) =>
    actOnChange(context, { mutation: 'assessChange', input }, async (_found, check) => {
      await checkServices(context, input.serviceIds ?? [], check);
      const template = templateOf(context, input.templateId, check);
      return (change, act) => assessChange(change, { ...input, template }, act);
    }),

  planChange: (_root, { input }, context) =>
    actOnChange(context, { mutation: 'planChange', input }, (_found, check) => {
      const plannedStart = instantIn(input.plannedStart, 'input.plannedStart', check);
      const plannedEnd = instantIn(input.plannedEnd, 'input.plannedEnd', check);
      return (change, act) => planChange(change, { ...input, plannedStart, plannedEnd }, act);
    }),

  submitChange: (_root, { input }, context) =>
    actOnChange(
      context,
      { mutation: 'submitChange', input },
      ({ templateId }) =>
        (change, act) =>
          submitChange(change, { template: findTemplate(context.templates, templateId ?? '') }, act),
    ),

  startChange: plainly('startChange', startChange),
  completeChange: plainly('completeChange', completeChange),
  closeChange: plainly('closeChange', closeChange),
  replanChange: plainly('replanChange', replanChange),
  cancelChange: plainly('cancelChange', cancelChange),
  publishChange: plainly('publishChange', publishChange),

  async addChangeComment(_root, { input }, context) {
    const { comments } = context.store.changes;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'COMMENT'),
      operation: 'addChangeComment',
      messages: comments,
    });
    const said = { id, text: input.text, fromStaff: context.viewer.staff, carried: false };
    const { record, events } = writeComment(subject, said, actOf(context, subject.organizationId));
    const { record: comment, replayed } = await comments.records.create(record, events, { key });
    return { comment, replayed };
  },

  async addChangeInternalNote(_root, { input }, context) {
    const { notes } = context.store.changes;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'NOTE'),
      operation: 'addChangeInternalNote',
      messages: notes,
    });
    const { record, events } = writeNote(subject, { id, text: input.text }, actOf(context, subject.organizationId));
    const { record: internalNote, replayed } = await notes.records.create(record, events, { key });
    return { internalNote, replayed };
  },
} satisfies api.MutationResolvers;

/** The rule of an act, with the input that was looked up for it. */
type Decide = (change: Change, act: ChangeActContext) => ChangeDecision;

/** The mutation whose rule takes its input as it is. */
function plainly<Own extends object>(
  mutation: Mutation,
  rule: (change: Change, input: Own, act: ChangeActContext) => ChangeDecision,
) {
  return (_root: unknown, { input }: { input: ChangeInput & Own }, context: ChangesContext): Promise<ChangeAnswer> =>
    actOnChange(context, { mutation, input }, () => (change, act) => rule(change, input, act));
}

/** Carries out one act of the viewer on a change. */
async function actOnChange(
  context: ChangesContext,
  { mutation, input }: { mutation: Mutation; input: ChangeInput },
  prepare: (found: Change, check: InputCheck) => Decide | Promise<Decide>,
): Promise<ChangeAnswer> {
  const { store, reach, viewer } = context;
  const { record: change, ...written } = await actOn<Change>({
    viewer,
    reach,
    records: store.changes.records,
    operation: mutation,
    input,
    findRecord: () => store.changes.require(reach, input.id),
    async prepare(found, check) {
      requireReach(context, found);
      const decide = await prepare(found, check);
      return (current) => decide(current, actOf(context, current.organizationId, check));
    },
  });
  return { change, ...written };
}

/** A published change is seen by all, and changed only by those whose reach has it: to others their role does not allow it. */
function requireReach({ reach }: ChangesContext, { organizationId }: Change): void {
  if (reach !== 'ALL' && !reach.includes(organizationId))
    throw forbidden('Your role does not allow this for this change.');
}

/** The context of an act of the viewer, now, on a record of an organization. */
function actOf({ viewer, time }: ChangesContext, organizationId: string, check = new InputCheck()): ChangeActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer };
}

/** The request of the viewer to write about a change, but for the operation and the messages. */
function messageRequest(context: ChangesContext, input: WriteInput & { id: string }, action: 'COMMENT' | 'NOTE') {
  const { viewer, newId, store, reach } = context;
  return {
    viewer,
    newId,
    input,
    findSubject: () => store.changes.require(reach, input.id),
    requireAction: (change: Change) => requireAction(change, action, actOf(context, change.organizationId)),
  };
}

/** The organization that proposes: the one named, by id or code; left out, the viewer's only one, or the SME for its staff. Refuses NOT_FOUND, FORBIDDEN. */
async function proposingOrganization(
  { viewer, directory, reach }: ChangesContext,
  named: string | null | undefined,
  check: InputCheck,
): Promise<string> {
  const path = 'input.actingFor';
  const idOrCode = named ?? (viewer.staff ? SME_CODE : ownOrganization(viewer));
  if (idOrCode === null) {
    check.problem(path, { code: 'REQUIRED', message: 'must name the organization that you propose for.' });
    return '';
  }
  const found = await requireOrganization<Mirrored<DirectoryRecords['organization']>>(directory, idOrCode, {
    reach,
    path,
  });
  if (!mayProposeChange(viewer, found._id)) throw forbidden('Your role does not allow proposing changes.');
  checkProposer(found, check);
  return found._id;
}

/** Notes codes that are no services of the directory. At most the bound of the rule is looked up. */
async function checkServices(
  { directory }: ChangesContext,
  codes: readonly string[],
  check: InputCheck,
): Promise<void> {
  for (const [index, code] of codes.slice(0, LOOKED_UP_MAX).entries()) {
    if (await directory.findByKey('service', code)) continue;
    const message = 'must be the code of a service, such as VEE.';
    check.problem(`input.serviceIds.${index}`, { code: 'UNKNOWN_CODE', args: { value: code }, message });
  }
}

/** More services than a change can have are refused by their number. */
const LOOKED_UP_MAX = 20;

/** The template of a code. Notes a code that is none. */
function templateOf({ templates }: ChangesContext, code: string | null | undefined, check: InputCheck) {
  const found = code == null ? null : findTemplate(templates, code);
  if (code != null && !found) {
    const message = `must be one of: ${templates.map(({ id }) => id).join(', ')}.`;
    check.problem('input.templateId', { code: 'UNKNOWN_CODE', args: { value: code }, message });
  }
  return found;
}
