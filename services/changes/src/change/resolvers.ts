import { actorResolvers, type Actor } from '@desk/kit/api/actor';
import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest, slicePage } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import { mayKnowActor } from '@desk/kit/api/viewer';
import type { InternalNote } from '@desk/kit/conversation/message';
import { messageResolvers } from '@desk/kit/conversation/resolvers';
import { historyConnection } from '@desk/kit/log/history';
import type { ChangesContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { findTemplate } from '../template/template.ts';
import { allowedActions } from './actions.ts';
import { CHANGE_NAMES, changeNumber, type Change as ChangeRecord } from './change.ts';
import { isStaff, mayKnowOrganization, mayNoteChange, mayProposeChanges } from './policy.ts';
import { readHistoryEvent } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'chg', organizationId: 'org' } };

export const changeQueries = {
  change(_root, { id }, { store, reach }) {
    const check = new InputCheck();
    checkReference(CHANGE_NAMES, id, { check, path: 'id' });
    check.done();
    return store.changes.find(reach, id);
  },
  async changes(_root, args, context) {
    const { store, reach } = context;
    const page = pageRequest(args);
    const filter = await withKnownOrganizations(checkFilter(args.filter ?? {}, FILTER_LIMITS), context);
    const found = await store.changes.list(reach, { filter, order: args.orderBy ?? null }, page);
    return connection(found, () => store.changes.count(reach, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const Change: api.ChangeResolvers & Owed<api.Change, ChangeRecord, api.ChangeResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.changes.load(id),
  id: ({ _id }) => _id,
  number: changeNumber,
  organization: async ({ organizationId: id }, _args, context) =>
    (await knowsOrganization(id, context)) ? { __typename: 'Organization', id } : null,
  requester: ({ requester }) => requester,
  services: ({ serviceIds }) => serviceIds.map((id) => ({ __typename: 'Service', id })),
  template: ({ templateId }, _args, { templates }) =>
    templateId === null ? null : findTemplate(templates, templateId),
  allowedActions: (change, _args, { viewer, time }) => allowedActions(viewer, change, time.now()),
  async comments({ _id }, args, { store }) {
    const { comments } = store.changes;
    return connection(await comments.list(_id, pageRequest(args)), () => comments.count(_id));
  },
  async internalNotes({ _id }, args, { store, viewer }) {
    const { notes } = store.changes;
    const page = pageRequest(args);
    if (!mayNoteChange(viewer)) return connection(slicePage([], page), async () => 0);
    return connection(await notes.list(_id, page), () => notes.count(_id));
  },
  async history({ _id }, args, { store, viewer }) {
    const page = pageRequest(args);
    return historyConnection(await store.changes.history(_id, viewer.staff), page, {
      read: readHistoryEvent,
      hidden: async () => new Set(),
    });
  },
};

/** Without the organizations that the viewer may not know: a viewer must not find out by asking who proposed a published change. */
async function withKnownOrganizations(filter: api.ChangeFilter, context: ChangesContext): Promise<api.ChangeFilter> {
  const { organizationId: asked } = filter;
  if (!asked) return filter;
  const known = await Promise.all(asked.map((id) => knowsOrganization(id, context)));
  return { ...filter, organizationId: asked.filter((_id, index) => known[index]) };
}

async function knowsOrganization(id: string, { viewer, loaders }: ChangesContext): Promise<boolean> {
  if (mayKnowOrganization(viewer, { id, found: null })) return true;
  return mayKnowOrganization(viewer, { id, found: await loaders.organizations.load(id) });
}

/** A field that only those read who may know the actor; null for everybody else. */
const ifKnown =
  <Value>(read: (actor: Actor) => Value) =>
  async (actor: Actor, _args: object, { viewer, loaders }: ChangesContext): Promise<Value | null> => {
    if (mayKnowActor(viewer, actor, null)) return read(actor);
    const person = actor.id !== null && actor.kind === 'PERSON' ? await loaders.people.load(actor.id) : null;
    return person && mayKnowActor(viewer, actor, { ...person, staff: isStaff(person) }) ? read(actor) : null;
  };

const changeOf = ({ subject }: InternalNote, _args: object, { loaders }: ChangesContext) =>
  loaders.changes.load(subject.id);

/** The change of a message that was written now. */
const changeNow = (message: InternalNote, { store, reach }: ChangesContext) =>
  store.changes.find(reach, message.subject.id);

export const changeTypes = {
  Change,
  Actor: {
    principalId: ifKnown(actorResolvers.principalId),
    person: ifKnown(actorResolvers.person),
    actingFor: ifKnown(actorResolvers.actingFor),
  },
  ChangeComment: {
    ...messageResolvers,
    /** Whoever sees the change sees its comments. */
    async __resolveReference({ id }: { id: string }, { loaders }: ChangesContext) {
      const comment = await loaders.comments.load(id);
      return comment && (await loaders.changes.load(comment.subject.id)) ? comment : null;
    },
    fromSme: ({ fromStaff }) => fromStaff,
    change: changeOf,
  },
  ChangeInternalNote: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders, viewer }: ChangesContext) =>
      mayNoteChange(viewer) ? loaders.notes.load(id) : null,
    change: changeOf,
  },
  Me: {
    /** Only the viewer itself: the API does not say what another principal may do. */
    __resolveReference: ({ id }: { id: string }, { viewer }: ChangesContext) => (id === viewer.id ? { id } : null),
    mayProposeChange: (_me, _args, { viewer }) => mayProposeChanges(viewer),
  },
  ChangeCommentPayload: { change: ({ comment }, _args, context) => changeNow(comment, context) },
  ChangeInternalNotePayload: { change: ({ internalNote }, _args, context) => changeNow(internalNote, context) },
} satisfies api.Resolvers;
