import { notFound } from '@desk/kit/errors';
import { InputCheck } from '@desk/kit/input';
import { findEntry, type CatalogueEntry } from './catalogue.ts';
import type { Aggregates } from '@desk/kit/aggregates';
import type { Viewer } from '@desk/kit/viewer';
import { writeComment, writeNote, type Comment, type InternalNote } from './comment.ts';
import type { MirroredOrganization } from './directory-mirror.ts';
import type * as api from './generated/api.ts';
import {
  assignIncident,
  cancelIncident,
  closeIncident,
  holdIncident,
  reclassifyIncident,
  reopenIncident,
  resolveIncident,
  resumeIncident,
  startIncident,
  type CarriedComment,
} from './incident-acts.ts';
import { LINK_TARGETS, ONE_ONLY, linkIncident, recordNumber, unlinkIncident } from './incident-links.ts';
import { openFollowUp, openIncident, type NewIncident } from './incident-opening.ts';
import { incidentNumber, requireAction, type Incident, type IncidentLink } from './incident.ts';
import { mayCreateIncident } from './policy.ts';
import {
  actOf,
  actOnIncident,
  actorOf,
  forbidden,
  instantIn,
  newRecordId,
  reachableIncident,
  requireMay,
  writeKey,
  type ChangeInput,
  type WriteInput,
} from './request.ts';
import type { TicketsContext } from './context.ts';

/** Links of a chain that are followed to find a circle. A longer chain is refused. */
const CHAIN_MAX = 50;

/** One mutation for each business action. */
export const mutations: Required<api.MutationResolvers> = {
  async createIncident(_root, { input }, context) {
    const key = writeKey(context, 'createIncident', input);
    const check = new InputCheck();
    const organizationId = await reportingOrganization(context, input.actingFor, check);
    requireKnown(context.catalogue.services, input.serviceId, 'input.serviceId', check);
    const made = newIncident(context, 'createIncident', input, organizationId);
    const { record, events } = openIncident(input, made, actOf(context, organizationId), check);
    return context.store.incidents.create(record, events, { key, numbered: true });
  },

  assignIncident: (_root, { input }, context) =>
    actOnIncident(context, 'assignIncident', input, async (_found, check) => {
      requireKnown(context.catalogue.assignmentGroups, input.assignmentGroupId, 'input.assignmentGroupId', check);
      requireKnown(context.catalogue.categories, input.categoryId, 'input.categoryId', check);
      if (input.assigneeId != null) await requireAssignee(context, input.assigneeId, check);
      return (incident, act) => assignIncident(incident, input, act, check);
    }),

  async startIncident(_root, { input }, context) {
    const acknowledgement = carried(context, 'startIncident', input, input.acknowledgement);
    const started = await actOnIncident(context, 'startIncident', input, async (_found, check) => {
      const assigneeId = input.assigneeId ?? context.viewer.id ?? '';
      await requireAssignee(context, assigneeId, check);
      return (incident, act) => startIncident(incident, { assigneeId, acknowledgement }, act, check);
    });
    return withCarried(context, started, acknowledgement);
  },

  async holdIncident(_root, { input }, context) {
    const question = carried(context, 'holdIncident', input, input.question);
    const held = await actOnIncident(context, 'holdIncident', input, (_found, check) => (incident, act) => {
      const until = instantIn(input.until, 'input.until', check);
      return holdIncident(incident, { ...input, until, question }, act, check);
    });
    return withCarried(context, held, question);
  },

  resumeIncident: (_root, { input }, context) => actOnIncident(context, 'resumeIncident', input, () => resumeIncident),

  resolveIncident: (_root, { input }, context) =>
    actOnIncident(context, 'resolveIncident', input, async (found, check) => {
      requireKnown(context.catalogue.services, input.serviceId, 'input.serviceId', check);
      const duplicateOf = input.duplicateOf == null ? null : await masterOf(context, found, input.duplicateOf, check);
      return (incident, act) => resolveIncident(incident, { ...input, duplicateOf }, act, check);
    }),

  reopenIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      'reopenIncident',
      input,
      () => (incident, act) => reopenIncident(incident, input.reason, act),
    ),

  closeIncident: (_root, { input }, context) => actOnIncident(context, 'closeIncident', input, () => closeIncident),

  cancelIncident: (_root, { input }, context) =>
    actOnIncident(
      context,
      'cancelIncident',
      input,
      () => (incident, act) => cancelIncident(incident, input.reason, act),
    ),

  reclassifyIncident: (_root, { input }, context) =>
    actOnIncident(context, 'reclassifyIncident', input, (_found, check) => {
      requireKnown(context.catalogue.services, input.serviceId, 'input.serviceId', check);
      const change = { ...input, impact: input.impact ?? null, urgency: input.urgency ?? null };
      return (incident, act) => reclassifyIncident(incident, change, act, check);
    }),

  async addComment(_root, { input }, context) {
    const { incident, made, key } = await writing(
      context,
      'COMMENT',
      'addComment',
      'com',
      input,
      context.store.comments,
    );
    const { record, events } = writeComment(incident, input.text, made, {
      fromSme: context.viewer.staff,
      carried: false,
    });
    const comment = await context.store.comments.create(record, events, { key });
    await context.consequences.answer(comment);
    return comment;
  },

  async addInternalNote(_root, { input }, context) {
    const { incident, made, key } = await writing(
      context,
      'NOTE',
      'addInternalNote',
      'note',
      input,
      context.store.notes,
    );
    const { record, events } = writeNote(incident, input.text, made);
    return context.store.notes.create(record, events, { key });
  },

  linkIncident: (_root, { input }, context) =>
    actOnIncident(context, 'linkIncident', input, async (found, check) => {
      const link = await linkTo(context, found, input, check);
      return (incident, act) => linkIncident(incident, link, act, check);
    }),

  unlinkIncident: (_root, { input }, context) =>
    actOnIncident(context, 'unlinkIncident', input, () => (incident, act) => unlinkIncident(incident, input, act)),

  async createFollowUp(_root, { input }, context) {
    const key = writeKey(context, 'createFollowUp', input);
    const closed = await reachableIncident(context, input.id);
    requireMay(context.viewer, 'FOLLOW_UP', closed);
    const { organizationId } = closed;
    const made = newIncident(context, 'createFollowUp', input, organizationId);
    const { record, events } = openFollowUp(closed, input.description, made, actOf(context, organizationId));
    return context.store.incidents.create(record, events, { key, numbered: true });
  },
};

function newIncident(
  context: TicketsContext,
  operation: string,
  input: WriteInput,
  organizationId: string,
): NewIncident {
  const source = context.viewer.kind === 'CLIENT' ? 'API' : 'PORTAL';
  return { id: newRecordId(context, 'inc', operation, input), organizationId, source };
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
  const idOrCode = named ?? ownOrganization(viewer);
  check.require('input.actingFor', idOrCode !== null, 'say which organization you report for.');
  if (idOrCode === null) return '';
  const found = await directory.findOrganization(idOrCode);
  if (!found || (reach !== 'ALL' && !reach.includes(found._id))) throw notFound();
  if (!mayCreateIncident(viewer, found._id)) throw forbidden('Your role does not allow reporting incidents.');
  requireReportable(found, check);
  return found._id;
}

/** The only organization that a viewer can report for. Null for the staff, and for agents and partners, who say which. */
function ownOrganization(viewer: Viewer): string | null {
  const [own, ...more] = viewer.staff ? [] : viewer.memberships;
  const isAgent = own?.roles.some((role) => role === 'AGENT_USER' || role === 'PARTNER_CLIENT');
  return !own || more.length > 0 || isAgent ? null : own.organizationId;
}

/** Incidents are reported for distributors, while they are active. */
function requireReportable({ code, type, active }: MirroredOrganization, check: InputCheck): void {
  check.require('input.actingFor', type === 'LDC', `${code} is no distributor; incidents belong to distributors.`);
  check.require(
    'input.actingFor',
    active,
    `${code} is suspended; nothing is reported for it until it is active again.`,
  );
}

async function requireAssignee({ directory }: TicketsContext, id: string, check: InputCheck): Promise<void> {
  const person = await directory.findPerson(id);
  const works = person?.active && person.roles.some((role) => role === 'SME_ANALYST' || role === 'SME_ADMIN');
  check.require('input.assigneeId', works === true, 'is nobody who works incidents.');
}

function requireKnown(
  list: readonly CatalogueEntry[],
  id: string | null | undefined,
  path: string,
  check: InputCheck,
): void {
  if (id != null) check.require(path, findEntry(list, id) !== null, `"${id}" is not a known code.`);
}

/** The public comment that an act carries, with its id; null when the client wrote none. */
function carried(
  context: TicketsContext,
  operation: string,
  input: ChangeInput,
  text: string | null | undefined,
): CarriedComment | null {
  return text == null ? null : { id: newRecordId(context, 'com', operation, input), text };
}

async function withCarried(
  context: TicketsContext,
  incident: Incident,
  comment: CarriedComment | null,
): Promise<Incident> {
  if (comment) {
    const actor = actorOf(context, incident.organizationId);
    await context.consequences.carry(incident, { ...comment, at: incident.updatedAt, actor });
  }
  return incident;
}

async function writing(
  context: TicketsContext,
  action: 'COMMENT' | 'NOTE',
  operation: string,
  prefix: string,
  input: { id: string; idempotencyKey?: string | null },
  writings: Aggregates<Comment> | Aggregates<InternalNote>,
) {
  const key = writeKey(context, operation, input);
  const incident = await reachableIncident(context, input.id);
  requireMay(context.viewer, action, incident);
  const act = actOf(context, incident.organizationId);
  const id = newRecordId(context, prefix, operation, input);
  // A repeated request gets its first answer, whatever became of the incident since.
  if (!key || !(await writings.exists(id))) requireAction(incident, action, act);
  return { incident, key, made: { id, at: act.at, actor: act.actor } };
}

/** The incident that covers a duplicate. */
async function masterOf(context: TicketsContext, incident: Incident, idOrNumber: string, check: InputCheck) {
  const path = 'input.duplicateOf';
  const master = await otherIncident(context, incident, { idOrNumber, kind: 'DUPLICATE_OF', path }, check);
  return { target: master ? incidentNumber(master) : idOrNumber, targetId: master?._id ?? null };
}

/** The link that the input names, with the id of the other incident where it is one. */
async function linkTo(
  context: TicketsContext,
  incident: Incident,
  { kind, target }: api.LinkIncidentInput,
  check: InputCheck,
): Promise<IncidentLink> {
  const path = 'input.target';
  const number = recordNumber(target, LINK_TARGETS[kind], path, check);
  if (!number?.startsWith('INC-')) return { kind, target: number ?? target, targetId: null };
  const other = await otherIncident(context, incident, { idOrNumber: number, kind, path }, check);
  return { kind, target: number, targetId: other?._id ?? null };
}

/**
 * The other incident of a link. Null where `check` has the reason: there is none within reach, or its own links lead back, or
 * on for longer than is followed.
 */
async function otherIncident(
  { store, reach }: TicketsContext,
  incident: Incident,
  { idOrNumber, kind, path }: { idOrNumber: string; kind: api.IncidentLinkKind; path: string },
  check: InputCheck,
): Promise<Incident | null> {
  const other = await store.findIncident(reach, idOrNumber);
  check.require(path, other !== null, 'there is no such incident, or none that you may see.');
  let at = ONE_ONLY.has(kind) ? other : null;
  for (let steps = 0; at && steps <= CHAIN_MAX; steps++) {
    const next: string | null | undefined = at.links.find((link) => link.kind === kind)?.targetId;
    check.require(path, next !== incident._id, 'the links would form a circle.');
    at = next && next !== incident._id ? ((await store.incidentsById('ALL', [next]))[0] ?? null) : null;
  }
  check.require(path, at === null, `more than ${CHAIN_MAX} links lie behind it: link to one of those.`);
  return other;
}
