import { badInput, notFound } from '@desk/kit/errors';
import { findEntry, type CatalogueEntry } from './catalogue.ts';
import type { Aggregates } from '@desk/kit/journal';
import { writeComment, writeNote, type Comment, type InternalNote } from './comment.ts';
import type * as api from './generated/api.ts';
import {
  assignIncident,
  cancelIncident,
  closeIncident,
  holdIncident,
  linkIncident,
  reclassifyIncident,
  reopenIncident,
  resolveIncident,
  resumeIncident,
  startIncident,
  unlinkIncident,
  type CarriedComment,
} from './incident-acts.ts';
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

/** Chains of links that are followed to find a circle. */
const CHAIN_MAX = 50;

/** One mutation for each business action. */
export const mutations: Required<api.MutationResolvers> = {
  async createIncident(_root, { input }, context) {
    const key = writeKey(context, 'createIncident', input);
    const organizationId = await reportingOrganization(context, input.actingFor);
    if (!mayCreateIncident(context.viewer, organizationId))
      throw forbidden('Your role does not allow reporting incidents.');
    known(context.catalogue.services, input.serviceId, 'input.serviceId');
    const made = newIncident(context, 'createIncident', input, organizationId);
    const { record, events } = openIncident(input, made, actOf(context, organizationId));
    return context.store.incidents.create(record, events, { key, numbered: true });
  },

  async assignIncident(_root, { input }, context) {
    await requireMay(context, 'ASSIGN', input.id);
    known(context.catalogue.assignmentGroups, input.assignmentGroupId, 'input.assignmentGroupId');
    if (input.categoryId) known(context.catalogue.categories, input.categoryId, 'input.categoryId');
    if (input.assigneeId) await requireAssignee(context, input.assigneeId);
    return actOnIncident(context, 'ASSIGN', input, (incident, act) => assignIncident(incident, input, act));
  },

  async startIncident(_root, { input }, context) {
    await requireMay(context, 'START', input.id);
    const assigneeId = input.assigneeId ?? context.viewer.id ?? '';
    await requireAssignee(context, assigneeId);
    const acknowledgement = carried(context, 'startIncident', input, input.acknowledgement);
    const started = await actOnIncident(context, 'START', input, (incident, act) =>
      startIncident(incident, { assigneeId, acknowledgement }, act),
    );
    return withCarried(context, started, acknowledgement);
  },

  async holdIncident(_root, { input }, context) {
    await requireMay(context, 'HOLD', input.id);
    const until = instantIn(input.until, 'input.until');
    const question = carried(context, 'holdIncident', input, input.question);
    const held = await actOnIncident(context, 'HOLD', input, (incident, act) =>
      holdIncident(incident, { ...input, until, question }, act),
    );
    return withCarried(context, held, question);
  },

  resumeIncident: (_root, { input }, context) =>
    actOnIncident(context, 'RESUME', input, (incident, act) => resumeIncident(incident, act)),

  async resolveIncident(_root, { input }, context) {
    await requireMay(context, 'RESOLVE', input.id);
    if (input.serviceId) known(context.catalogue.services, input.serviceId, 'input.serviceId');
    const master = input.duplicateOf ? await otherIncident(context, input.id, input.duplicateOf, 'DUPLICATE_OF') : null;
    const duplicateOf = master && { target: incidentNumber(master), targetId: master._id };
    return actOnIncident(context, 'RESOLVE', input, (incident, act) =>
      resolveIncident(incident, { ...input, duplicateOf }, act),
    );
  },

  reopenIncident: (_root, { input }, context) =>
    actOnIncident(context, 'REOPEN', input, (incident, act) => reopenIncident(incident, input.reason, act)),

  closeIncident: (_root, { input }, context) =>
    actOnIncident(context, 'CLOSE', input, (incident, act) => closeIncident(incident, act)),

  cancelIncident: (_root, { input }, context) =>
    actOnIncident(context, 'CANCEL', input, (incident, act) => cancelIncident(incident, input.reason, act)),

  async reclassifyIncident(_root, { input }, context) {
    await requireMay(context, 'RECLASSIFY', input.id);
    if (input.serviceId) known(context.catalogue.services, input.serviceId, 'input.serviceId');
    const change = { ...input, impact: input.impact ?? null, urgency: input.urgency ?? null };
    return actOnIncident(context, 'RECLASSIFY', input, (incident, act) => reclassifyIncident(incident, change, act));
  },

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

  async linkIncident(_root, { input }, context) {
    await requireMay(context, 'LINK', input.id);
    const link = await checkedLink(context, input);
    return actOnIncident(context, 'LINK', input, (incident, act) => linkIncident(incident, link, act));
  },

  unlinkIncident: (_root, { input }, context) =>
    actOnIncident(context, 'LINK', input, (incident, act) =>
      unlinkIncident(incident, { kind: input.kind, target: input.target.toUpperCase(), targetId: null }, act),
    ),

  async createFollowUp(_root, { input }, context) {
    const key = writeKey(context, 'createFollowUp', input);
    const closed = await requireMay(context, 'FOLLOW_UP', input.id);
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
 * The organization that a report is for: the one named, by id or code; left out, the viewer's only one. One that the viewer
 * may not see answers NOT_FOUND, as one that does not exist.
 */
async function reportingOrganization(
  { viewer, directory, reach }: TicketsContext,
  named: string | null | undefined,
): Promise<string> {
  if (named) {
    const found = await directory.findOrganization(named);
    if (!found?.active || (reach !== 'ALL' && !reach.includes(found._id))) throw notFound();
    return found._id;
  }
  const [own, ...more] = viewer.staff ? [] : viewer.memberships;
  const isAgent = own?.roles.some((role) => role === 'AGENT_USER' || role === 'PARTNER_CLIENT');
  if (!own || more.length > 0 || isAgent)
    throw badInput([{ path: 'input.actingFor', message: 'say which organization you report for.' }]);
  return own.organizationId;
}

async function requireAssignee({ directory }: TicketsContext, id: string): Promise<void> {
  const person = await directory.findPerson(id);
  const works = person?.active && person.roles.some((role) => role === 'SME_ANALYST' || role === 'SME_ADMIN');
  if (!works) throw badInput([{ path: 'input.assigneeId', message: 'is nobody who works incidents.' }]);
}

function known(list: readonly CatalogueEntry[], id: string, path: string): void {
  if (!findEntry(list, id)) throw badInput([{ path, message: `"${id}" is not a known code.` }]);
}

/** The public comment that an act carries, with its id; null when the client wrote none. */
function carried(
  context: TicketsContext,
  operation: string,
  input: ChangeInput,
  text: string | null | undefined,
): CarriedComment | null {
  return text ? { id: newRecordId(context, 'com', operation, input), text } : null;
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
  const incident = await requireMay(context, action, input.id);
  const act = actOf(context, incident.organizationId);
  const id = newRecordId(context, prefix, operation, input);
  // A repeated request gets its first answer, whatever became of the incident since.
  if (!key || !(await writings.exists(id))) requireAction(incident, action, act);
  return { incident, key, made: { id, at: act.at, actor: act.actor } };
}

/** The link that the input names, with the id of the other incident where it is one. Refuses circles. */
async function checkedLink(context: TicketsContext, input: api.LinkIncidentInput): Promise<IncidentLink> {
  const target = input.target.trim().toUpperCase();
  const expected = LINK_TARGETS[input.kind];
  if (!expected.some((prefix) => new RegExp(`^${prefix}-\\d{1,12}$`).test(target))) {
    throw badInput([
      { path: 'input.target', message: `must be a number such as ${expected.join('-000123 or ')}-000123.` },
    ]);
  }
  if (!target.startsWith('INC-')) return { kind: input.kind, target, targetId: null };
  const other = await otherIncident(context, input.id, target, input.kind);
  return { kind: input.kind, target: incidentNumber(other), targetId: other._id };
}

/** The other incident of a link, within reach. Refuses NOT_FOUND, and a circle of one kind of link. */
async function otherIncident(
  context: TicketsContext,
  id: string,
  target: string,
  kind: api.IncidentLinkKind,
): Promise<Incident> {
  const incident = await reachableIncident(context, id);
  const other = await reachableIncident(context, target);
  for (let at: Incident | null = other, steps = 0; at && steps < CHAIN_MAX; steps++) {
    if (at._id === incident._id) throw badInput([{ path: 'input.target', message: 'the links would form a circle.' }]);
    const next: string | null | undefined = at.links.find((link) => link.kind === kind)?.targetId;
    at = next && kind !== 'RELATED_TO' ? ((await context.store.incidentsById('ALL', [next]))[0] ?? null) : null;
  }
  return other;
}

/** What each kind of link leads to, by the prefix of its number. */
const LINK_TARGETS: Record<api.IncidentLinkKind, readonly string[]> = {
  CHILD_OF: ['INC'],
  DUPLICATE_OF: ['INC'],
  FOLLOW_UP_OF: ['INC'],
  RELATED_TO: ['INC', 'REQ', 'PRB', 'CHG', 'CE'],
  CAUSED_BY_CHANGE: ['CHG'],
  FIXED_BY_CHANGE: ['CHG'],
  CAUSED_BY_PROBLEM: ['PRB'],
  WORKAROUND_BY: ['KE'],
};
