import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { requireOrganization } from '@desk/kit/api/reference';
import { ownOrganization } from '@desk/kit/api/viewer';
import { prepareMessage } from '@desk/kit/conversation/mutations';
import type { Mirrored } from '@desk/kit/log/mirror';
import { actOn } from '@desk/kit/write/act-on';
import { forbidden, newRecordId, writeKey, type ChangeInput, type WriteInput } from '@desk/kit/write/request';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import { currentItems, findItem, itemOf, type CatalogueItem } from '../catalogue-item/catalogue-item.ts';
import type { TicketsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { accept, answer, approve, ask, cancel, completeTask, fail, fulfil, reject, reopen, startWork } from './acts.ts';
import { writeComment, writeNote, type RequestDecision } from './event.ts';
import { checkAsking, openRequest } from './opening.ts';
import { maySubmitServiceRequest, reachOfServiceRequests } from './policy.ts';
import { REQUEST_NAMES, type RequestActContext, type ServiceRequest } from './service-request.ts';
import type { RequestAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** One mutation for each business action. */
export const requestMutations = {
  async submitServiceRequest(_root, { input }, context) {
    const key = writeKey(context.viewer, 'submitServiceRequest', input);
    const check = new InputCheck();
    const organizationId = await askingOrganization(context, input.actingFor, check);
    const item = askedItem(context, input, check);
    check.done();
    const id = newRecordId(context, REQUEST_NAMES.idPrefix, { operation: 'submitServiceRequest', input });
    const act = actOf(context, { organizationId, item: item as CatalogueItem }, check);
    const { record, events } = openRequest({ id, organizationId }, input, act);
    const { records } = context.store.requests;
    const { record: serviceRequest, ...written } = await records.create(record, events, { key, numbered: true });
    return { serviceRequest, ...written };
  },

  approveServiceRequest: plainly('approveServiceRequest', approve),
  rejectServiceRequest: plainly('rejectServiceRequest', reject),
  startServiceRequest: plainly('startServiceRequest', startWork),
  completeServiceRequestTask: plainly('completeServiceRequestTask', completeTask),
  askServiceRequester: plainly('askServiceRequester', ask),
  answerServiceRequest: plainly('answerServiceRequest', answer),
  fulfilServiceRequest: plainly('fulfilServiceRequest', fulfil),
  failServiceRequest: plainly('failServiceRequest', fail),
  acceptServiceRequest: plainly('acceptServiceRequest', accept),
  reopenServiceRequest: plainly('reopenServiceRequest', reopen),
  cancelServiceRequest: plainly('cancelServiceRequest', cancel),

  async addServiceRequestComment(_root, { input }, context) {
    const { comments } = context.store.requests;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'COMMENT'),
      operation: 'addServiceRequestComment',
      messages: comments,
    });
    const said = { id, text: input.text, fromStaff: context.viewer.staff, carried: false };
    const { record, events } = writeComment(subject, said, actAbout(context, subject));
    const { record: comment, replayed } = await comments.records.create(record, events, { key });
    return { comment, replayed };
  },

  async addServiceRequestInternalNote(_root, { input }, context) {
    const { notes } = context.store.requests;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'NOTE'),
      operation: 'addServiceRequestInternalNote',
      messages: notes,
    });
    const { record, events } = writeNote(subject, { id, text: input.text }, actAbout(context, subject));
    const { record: internalNote, replayed } = await notes.records.create(record, events, { key });
    return { internalNote, replayed };
  },
} satisfies api.MutationResolvers;

/** The mutation whose rule takes its input as it is. */
function plainly<Own extends object>(
  mutation: Mutation,
  rule: (request: ServiceRequest, input: Own, act: RequestActContext) => RequestDecision,
) {
  return async (
    _root: unknown,
    { input }: { input: ChangeInput & Own },
    context: TicketsContext,
  ): Promise<RequestAnswer> => {
    const { store, viewer } = context;
    const reach = reachOfServiceRequests(viewer);
    const { record: serviceRequest, ...written } = await actOn<ServiceRequest>({
      viewer,
      reach,
      records: store.requests.records,
      operation: mutation,
      input,
      findRecord: () => store.requests.require(reach, input.id),
      prepare: (_found, check) => (current) => rule(current, input, actAbout(context, current, check)),
    });
    return { serviceRequest, ...written };
  };
}

/** The context of an act of the viewer, now, on a request. */
function actAbout(context: TicketsContext, request: ServiceRequest, check = new InputCheck()): RequestActContext {
  return actOf(context, { organizationId: request.organizationId, item: itemOf(context.items, request) }, check);
}

function actOf(
  { viewer, time, sla }: TicketsContext,
  { organizationId, item }: { organizationId: string; item: CatalogueItem },
  check: InputCheck,
): RequestActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer, sla, item };
}

/** The request of the viewer to write about a service request, but for the operation and the messages. */
function messageRequest(context: TicketsContext, input: WriteInput & { id: string }, action: 'COMMENT' | 'NOTE') {
  const { viewer, newId, store } = context;
  return {
    viewer,
    newId,
    input,
    findSubject: () => store.requests.require(reachOfServiceRequests(viewer), input.id),
    requireAction: (request: ServiceRequest) => requireAction(request, action, actAbout(context, request)),
  };
}

/** The item that is asked for, in its present edition. Notes one that there is not, and an edition that is not the present one. */
function askedItem(
  { items }: TicketsContext,
  { itemId, itemVersion }: { itemId: string; itemVersion: number },
  check: InputCheck,
): CatalogueItem | null {
  const current = currentItems(items).find(({ id }) => id === itemId);
  if (!current) {
    const known = currentItems(items).map(({ id }) => id);
    const message = `must be one of: ${known.join(', ')}.`;
    check.problem('input.itemId', { code: 'UNKNOWN_CODE', args: { value: itemId }, message });
    return null;
  }
  check.require('input.itemVersion', findItem(items, itemId, itemVersion) === current, {
    code: 'OUT_OF_RANGE',
    args: { min: current.version, max: current.version },
    message: `must be the present edition, ${current.version}: the form has changed.`,
  });
  return current;
}

/** The organization that asks: the one named, by id or code; left out, the viewer's only one. Refuses NOT_FOUND, FORBIDDEN. */
async function askingOrganization(
  { viewer, directory }: TicketsContext,
  named: string | null | undefined,
  check: InputCheck,
): Promise<string> {
  const path = 'input.actingFor';
  const idOrCode = named ?? ownOrganization(viewer);
  if (idOrCode === null) {
    check.problem(path, { code: 'REQUIRED', message: 'must name the distributor that you ask for.' });
    return '';
  }
  const found = await requireOrganization<Mirrored<DirectoryRecords['organization']>>(directory, idOrCode, {
    reach: reachOfServiceRequests(viewer),
    path,
  });
  if (!maySubmitServiceRequest(viewer, found._id)) throw forbidden('Your role does not allow asking for services.');
  checkAsking(found, check);
  return found._id;
}
