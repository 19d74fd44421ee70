import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { checkReference, requireOrganization } from '@desk/kit/api/reference';
import { ownOrganization } from '@desk/kit/api/viewer';
import type { Mirrored } from '@desk/kit/log/mirror';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { CarriedComment } from '@desk/kit/conversation/message';
import { prepareMessage } from '@desk/kit/conversation/mutations';
import { actOn } from '@desk/kit/write/act-on';
import type { Written } from '@desk/kit/write/creation';
import {
  forbidden,
  instantIn,
  newRecordId,
  writeKey,
  type ChangeInput,
  type WriteInput,
} from '@desk/kit/write/request';
import { requireKnown } from '../catalogue/catalogue.ts';
import type { TicketsContext } from '../context.ts';
import { requireService, requireWorker } from '../directory/directory.ts';
import type * as api from '../generated/api.ts';
import { requireAction } from './actions.ts';
import {
  assignIncident,
  cancelIncident,
  closeIncident,
  holdIncident,
  rebaseIncidentClocks,
  reclassifyIncident,
  reopenIncident,
  resolveIncident,
  resumeIncident,
  startIncident,
} from './acts.ts';
import { afterDue } from './due.ts';
import { writeComment, writeNote, type IncidentDecision } from './event.ts';
import {
  INCIDENT_NAMES,
  incidentNumber,
  type Incident,
  type IncidentActContext,
  type IncidentLink,
} from './incident.ts';
import {
  CHAIN_MAX,
  LINK_TARGETS,
  checkChain,
  formsChain,
  linkIncident,
  recordNumber,
  unlinkIncident,
} from './links.ts';
import { checkReportable, openFollowUp, openIncident, type NewIncident } from './opening.ts';
import { mayCreateIncident } from './policy.ts';
import type { IncidentAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** One mutation for each business action. */
export const incidentMutations = {
  async createIncident(_root, { input }, context) {
    const key = writeKey(context.viewer, 'createIncident', input);
    const check = new InputCheck();
    const organizationId = await reportingOrganization(context, input.actingFor, check);
    await requireService(context.directory, input.serviceId, { check, path: 'input.serviceId' });
    const made = newIncident(context, { operation: 'createIncident', input }, organizationId);
    const { record, events } = openIncident(made, input, actOf(context, organizationId, check));
    return answerOf(await context.store.incidents.records.create(record, events, { key, numbered: true }));
  },

  assignIncident: (_root, { input }, context) =>
    actOnIncident(context, { mutation: 'assignIncident', input }, async (_found, check) => {
      const { catalogue } = context;
      const { assignmentGroupId, categoryId, assigneeId } = input;
      requireKnown(catalogue.assignmentGroups, assignmentGroupId, { check, path: 'input.assignmentGroupId' });
      requireKnown(catalogue.categories, categoryId, { check, path: 'input.categoryId' });
      if (assigneeId != null) await requireWorker(context.directory, assigneeId, { check, path: 'input.assigneeId' });
      return (incident, act) => assignIncident(incident, input, act);
    }),

  async startIncident(_root, { input }, context) {
    const acknowledgement = commentOf(context, { operation: 'startIncident', input }, input.acknowledgement);
    const started = await actOnIncident(context, { mutation: 'startIncident', input }, async (_found, check) => {
      const assigneeId = input.assigneeId ?? context.viewer.id ?? '';
      await requireWorker(context.directory, assigneeId, { check, path: 'input.assigneeId' });
      return (incident, act) =>
        startIncident(incident, { assigneeId, acknowledgement: acknowledgement(incident) }, act);
    });
    return withComment(context, started, acknowledgement);
  },

  async holdIncident(_root, { input }, context) {
    const question = commentOf(context, { operation: 'holdIncident', input }, input.question);
    const held = await actOnIncident(context, { mutation: 'holdIncident', input }, () => (incident, act) => {
      const until = instantIn(input.until, 'input.until', act.check);
      return holdIncident(incident, { ...input, until, question: question(incident) }, act);
    });
    return withComment(context, held, question);
  },

  resumeIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'resumeIncident', input },
      () => (incident, act) => resumeIncident(incident, input, act),
    ),

  resolveIncident: (_root, { input }, context) =>
    actOnIncident(context, { mutation: 'resolveIncident', input }, async (found, check) => {
      await requireService(context.directory, input.serviceId, { check, path: 'input.serviceId' });
      const duplicateOf =
        input.duplicateOf == null ? null : await masterOf(context, found, { idOrNumber: input.duplicateOf, check });
      return (incident, act) => resolveIncident(incident, { ...input, duplicateOf }, act);
    }),

  reopenIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'reopenIncident', input },
      () => (incident, act) => reopenIncident(incident, input, act),
    ),

  closeIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'closeIncident', input },
      () => (incident, act) => closeIncident(incident, input, act),
    ),

  cancelIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'cancelIncident', input },
      () => (incident, act) => cancelIncident(incident, input, act),
    ),

  reclassifyIncident: (_root, { input }, context) =>
    actOnIncident(context, { mutation: 'reclassifyIncident', input }, async (_found, check) => {
      await requireService(context.directory, input.serviceId, { check, path: 'input.serviceId' });
      return (incident, act) => reclassifyIncident(incident, input, act);
    }),

  rebaseIncidentClocks: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'rebaseIncidentClocks', input },
      () => (incident, act) => rebaseIncidentClocks(incident, input, act),
    ),

  async addIncidentComment(_root, { input }, context) {
    const { viewer, store, incidents, consequences } = context;
    const { comments } = store.incidents;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'COMMENT'),
      operation: 'addIncidentComment',
      messages: comments,
    });
    const said = { id, text: input.text, fromStaff: viewer.staff, carried: false };
    const { record, events } = writeComment(subject, said, actOf(context, subject.organizationId));
    const { record: comment, replayed } = await comments.records.create(record, events, { key });
    await consequences.atOnce(() => incidents.answer(comment));
    return { comment, replayed };
  },

  async addIncidentInternalNote(_root, { input }, context) {
    const { notes } = context.store.incidents;
    const { subject, id, key } = await prepareMessage({
      ...messageRequest(context, input, 'NOTE'),
      operation: 'addIncidentInternalNote',
      messages: notes,
    });
    const { record, events } = writeNote(subject, { id, text: input.text }, actOf(context, subject.organizationId));
    const { record: internalNote, replayed } = await notes.records.create(record, events, { key });
    return { internalNote, replayed };
  },

  linkIncident: (_root, { input }, context) =>
    actOnIncident(context, { mutation: 'linkIncident', input }, async (found, check) => {
      const link = await linkTo(context, found, { ...input, check });
      return (incident, act) => linkIncident(incident, link, act);
    }),

  unlinkIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      { mutation: 'unlinkIncident', input },
      () => (incident, act) => unlinkIncident(incident, input, act),
    ),

  async createIncidentFollowUp(_root, { input }, context) {
    const key = writeKey(context.viewer, 'createIncidentFollowUp', input);
    const closed = await context.store.incidents.require(context.reach, input.id);
    const { organizationId } = closed;
    const made = newIncident(context, { operation: 'createIncidentFollowUp', input }, organizationId);
    const { record, events } = openFollowUp(
      closed,
      { description: input.description, made },
      actOf(context, organizationId),
    );
    return answerOf(await context.store.incidents.records.create(record, events, { key, numbered: true }));
  },
} satisfies Partial<api.MutationResolvers>;

/** The rule of an act, with the input that was looked up for it. */
type Decide = (incident: Incident, act: IncidentActContext) => IncidentDecision | null;

/** Carries out one act of the viewer on an incident, as if every timer had been on time. */
async function actOnIncident(
  context: TicketsContext,
  { mutation, input }: { mutation: Mutation; input: ChangeInput },
  prepare: (found: Incident, check: InputCheck) => Decide | Promise<Decide>,
): Promise<IncidentAnswer> {
  const { store, reach, viewer, time, incidents } = context;
  const written = await actOn<Incident>({
    viewer,
    reach,
    records: store.incidents.records,
    operation: mutation,
    input,
    findRecord: () => store.incidents.require(reach, input.id),
    async prepare(found, check) {
      await incidents.answerInTime(found, time.now());
      const decide = await prepare(found, check);
      return (incident) => {
        const act = actOf(context, incident.organizationId, check);
        return afterDue(incident, act, (current) => decide(current, act));
      };
    },
  });
  return answerOf(written);
}

function answerOf({ record, ...written }: Written<Incident>): IncidentAnswer {
  return { incident: record, ...written };
}

/** The context of an act of the viewer, now, on a record of an organization. */
function actOf(
  { viewer, time, sla }: TicketsContext,
  organizationId: string,
  check = new InputCheck(),
): IncidentActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, sla, viewer };
}

/** A mutation with its input, as far as ids of new records are derived from it. */
interface Operation {
  operation: Mutation;
  input: WriteInput;
}

function newIncident(context: TicketsContext, operation: Operation, organizationId: string): NewIncident {
  const source = context.viewer.kind === 'CLIENT' ? 'API' : 'PORTAL';
  return { id: newRecordId(context, INCIDENT_NAMES.idPrefix, operation), organizationId, source };
}

/** The public comment that an act on an incident carries; null when the client wrote none. */
type CommentOf = (incident: Incident) => CarriedComment | null;

/**
 * Gives the comment of an act its id, once. The incident goes into it: the same retry key on another incident is another request, with
 * a comment of its own.
 */
function commentOf(
  context: TicketsContext,
  { operation, input }: Operation,
  text: string | null | undefined,
): CommentOf {
  let id: string | null = null;
  return (incident) => {
    if (text == null) return null;
    const { prefix } = context.store.incidents.comments;
    id ??= newRecordId(context, prefix, { operation: `${operation} ${incident._id}`, input });
    return { id, text };
  };
}

/** Writes the comment that an act carried. Where the act was carried out before, the own log has the comment and its instant. */
async function withComment(
  { viewer, incidents, consequences }: TicketsContext,
  answer: IncidentAnswer,
  commentOfAct: CommentOf,
): Promise<IncidentAnswer> {
  const { incident, replayed } = answer;
  const comment = commentOfAct(incident);
  if (!comment || replayed) return answer;
  const act = { at: incident.updatedAt, by: actorOf(viewer, incident.organizationId) };
  await consequences.atOnce(() => incidents.carry(incident, comment, act));
  return answer;
}

/** The request of the viewer to write about an incident, but for the operation and the messages. */
function messageRequest(context: TicketsContext, input: WriteInput & { id: string }, action: 'COMMENT' | 'NOTE') {
  const { viewer, newId, store, reach } = context;
  return {
    viewer,
    newId,
    input,
    findSubject: () => store.incidents.require(reach, input.id),
    requireAction: (incident: Incident) => requireAction(incident, action, actOf(context, incident.organizationId)),
  };
}

/**
 * The organization that a report is for: the one named, by id or code; left out, the viewer's only one. Empty where `check` has
 * the reason. One that the viewer may not see answers NOT_FOUND, as one that does not exist. Refuses FORBIDDEN.
 */
async function reportingOrganization(
  { viewer, directory, reach }: TicketsContext,
  named: string | null | undefined,
  check: InputCheck,
): Promise<string> {
  const path = 'input.actingFor';
  const idOrCode = named ?? ownOrganization(viewer);
  if (idOrCode === null) {
    check.problem(path, { code: 'REQUIRED', message: 'must name the organization that you report for.' });
    return '';
  }
  const found = await requireOrganization<Mirrored<DirectoryRecords['organization']>>(directory, idOrCode, {
    reach,
    path,
  });
  if (!mayCreateIncident(viewer, found._id)) throw forbidden('Your role does not allow reporting incidents.');
  checkReportable(found, check);
  return found._id;
}

/** The incident that covers a duplicate. */
async function masterOf(
  context: TicketsContext,
  incident: Incident,
  { idOrNumber, check }: { idOrNumber: string; check: InputCheck },
) {
  const place = { check, path: 'input.duplicateOf' };
  const master = await otherIncident(context, { incident, kind: 'DUPLICATE_OF', idOrNumber }, place);
  return { target: master ? incidentNumber(master) : idOrNumber, targetId: master?._id ?? null };
}

/** The link that the input names, with the id of the other record where tickets have it. */
async function linkTo(
  context: TicketsContext,
  incident: Incident,
  { kind, target, check }: { kind: api.IncidentLinkKind; target: string; check: InputCheck },
): Promise<IncidentLink> {
  const place = { check, path: 'input.target' };
  const number = recordNumber(target, LINK_TARGETS[kind], place);
  if (number?.startsWith('INC-')) {
    const other = await otherIncident(context, { incident, kind, idOrNumber: number }, place);
    return { kind, target: number, targetId: other?._id ?? null };
  }
  const other = number === null ? null : await otherRecord(context, number, place);
  return { kind, target: number ?? target, targetId: other?._id ?? null };
}

/** The record of tickets that a number names, besides incidents. Notes one that does not exist; null also for the number of another service's record. */
async function otherRecord(
  { store: { problems, knownErrors, requests }, reach }: TicketsContext,
  number: string,
  { check, path }: { check: InputCheck; path: string },
): Promise<{ _id: string } | null> {
  const stores = { PRB: problems, KE: knownErrors, REQ: requests };
  const prefix = Object.keys(stores).find((each) => number.startsWith(`${each}-`)) as keyof typeof stores | undefined;
  if (!prefix) return null;
  const found = await stores[prefix].find(reach, number);
  const message = 'must be the number of a record that exists and that you may see.';
  check.require(path, found !== null, { code: 'NO_SUCH_RECORD', message });
  return found;
}

/** The other incident of a link. Notes one that is not within reach, and one whose own links lead back or on for too long. */
async function otherIncident(
  { store, reach }: TicketsContext,
  { incident, kind, idOrNumber }: { incident: Incident; kind: api.IncidentLinkKind; idOrNumber: string },
  { check, path }: { check: InputCheck; path: string },
): Promise<Incident | null> {
  if (!checkReference(INCIDENT_NAMES, idOrNumber, { check, path })) return null;
  const other = await store.incidents.find(reach, idOrNumber);
  if (!other) {
    check.problem(path, { code: 'NO_SUCH_RECORD', message: 'must be an incident that exists and that you may see.' });
    return null;
  }
  if (formsChain(kind)) {
    const behind = await store.incidents.idsBehind(other, kind, CHAIN_MAX + 1);
    checkChain(incident, behind, { check, path });
  }
  return other;
}
