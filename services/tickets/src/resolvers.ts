import { badInput } from '@desk/kit/errors';
import { checkFilter } from '@desk/kit/input';
import { connection, pageInfoOf, pageRequest, slicePage } from '@desk/kit/page';
import { DateTime, Duration } from '@desk/kit/scalars';
import type { Owed } from '@desk/kit/types';
import { findEntry, type CatalogueEntry } from './catalogue.ts';
import { explainClock } from './clock-explanation.ts';
import type * as api from './generated/api.ts';
import { historyEntry, numbersTold, withoutForeignNumbers } from './history.ts';
import { clockView } from './incident-view.ts';
import { incidentNumber, type Incident, type IncidentLink } from './incident.ts';
import { isTimeZone } from './local-time.ts';
import { mutations } from './mutations.ts';
import { allowedActions, mayNoteIncident, mayReadAudit } from './policy.ts';
import { forbidden } from './request.ts';
import type { TicketsContext } from './context.ts';

const TALLY_ID = 'incidents';
const FILTER_LIMITS = { textMax: 200, listMax: 100 };

const Query: Required<api.QueryResolvers> = {
  incident: (_root, { id }, { store, reach }) => store.findIncident(reach, id),
  async incidents(_root, args, { store, reach }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const found = await store.listIncidents(reach, filter, args.orderBy ?? null, page);
    return connection(found, () => store.countIncidents(reach, filter));
  },
  async incidentQueueCounts(_root, _args, { store, reach, clock }) {
    return { id: TALLY_ID, asOf: clock.now(), ...(await store.tally(reach)) };
  },
  services: (_root, _args, { catalogue }) => [...catalogue.services],
  incidentCategories: (_root, _args, { catalogue }) => [...catalogue.categories],
  assignmentGroups: (_root, _args, { catalogue }) => [...catalogue.assignmentGroups],
  priorityMatrix: (_root, _args, { sla }) => sla.matrix(),
  ticketsAudit(_root, _args, { viewer, log }) {
    if (!mayReadAudit(viewer)) throw forbidden('The audit log is for auditors and administrators.');
    return log.verify();
  },
};

const Incident: api.IncidentResolvers & Owed<api.Incident, Incident, api.IncidentResolvers> = {
  __resolveReference: ({ id }, { incidents }) => incidents.load(id),
  id: ({ _id }) => _id,
  number: incidentNumber,
  organization: ({ organizationId }) => ({ __typename: 'Organization', id: organizationId }),
  requester: ({ requester }) => requester,
  links: ({ links }) => links,
  service: ({ serviceId }, _args, { catalogue }) => entryOf(catalogue.services, serviceId),
  category: ({ categoryId }, _args, { catalogue }) =>
    categoryId === null ? null : entryOf(catalogue.categories, categoryId),
  assignmentGroup: ({ assignmentGroupId }, _args, { catalogue }) =>
    assignmentGroupId === null ? null : entryOf(catalogue.assignmentGroups, assignmentGroupId),
  assignee: ({ assigneeId }) => (assigneeId === null ? null : { __typename: 'Person', id: assigneeId }),
  closesAt: ({ state, closesAt }) => (state === 'RESOLVED' ? closesAt : null),
  clocks: ({ clocks }, _args, { sla, clock }) => clocks.map((each) => clockView(each, sla, clock.now())),
  explainClock({ clocks }, { kind, language, timeZone }, { sla, clock, reference }) {
    if (!isTimeZone(timeZone)) {
      throw badInput([{ path: 'timeZone', message: 'must be an IANA time zone such as America/Toronto.' }]);
    }
    const found = clocks.findLast((each) => each.kind === kind);
    if (!found) return null;
    const calendar = sla.calendarOf(found);
    const { summary, lines } = explainClock(found, calendar, {
      now: clock.now(),
      locale: language === 'FR' ? 'fr' : 'en',
      timeZone,
    });
    return {
      summary,
      roundTheClock: calendar.always,
      timeZoneData: reference.timeZoneData,
      lines: lines.map(({ businessMs, ...line }) => ({ ...line, businessTime: businessMs })),
    };
  },
  allowedActions: (incident, _args, { viewer, clock }) => allowedActions(viewer, incident, clock.now()),
  async comments({ _id }, args, { store }) {
    return connection(await store.listComments(_id, pageRequest(args)), () => store.countComments(_id));
  },
  async internalNotes({ _id }, args, { store, viewer }) {
    const page = pageRequest(args);
    if (!mayNoteIncident(viewer)) return connection(slicePage([], page), async () => 0);
    return connection(await store.listNotes(_id, page), () => store.countNotes(_id));
  },
  async history(incident, args, { store, viewer, reach }) {
    const page = await store.history(incident, viewer.staff, pageRequest(args));
    const entries = page.rows.map((event) => historyEntry(incident._id, event));
    const numbers = reach === 'ALL' ? [] : numbersTold(entries);
    const seen = numbers.length ? await store.numbersWithin(reach, numbers) : null;
    const nodes = seen ? entries.map((entry) => withoutForeignNumbers(entry, seen)) : entries;
    return { nodes, pageInfo: pageInfoOf(page) };
  },
};

const Actor: api.ActorResolvers = {
  person: ({ id, kind }) => (id && kind === 'PERSON' ? { __typename: 'Person', id } : null),
  actingFor: ({ actingFor }) => (actingFor === null ? null : { __typename: 'Organization', id: actingFor }),
};

const IncidentLink: api.IncidentLinkResolvers & Owed<api.IncidentLink, IncidentLink, api.IncidentLinkResolvers> = {
  async target({ target, targetId }, _args, { incidents, reach }) {
    const seen = reach === 'ALL' || targetId === null || (await incidents.load(targetId)) !== null;
    return seen ? target : null;
  },
  incident: ({ targetId }, _args, { incidents }) => (targetId === null ? null : incidents.load(targetId)),
};

const Writing = {
  id: ({ _id }: { _id: string }) => _id,
  incident: ({ incidentId }: { incidentId: string }, _args: object, { incidents }: TicketsContext) =>
    incidents.load(incidentId),
};

const Entry = {
  name: (entry: CatalogueEntry, { language }: { language: api.Language }) => (language === 'FR' ? entry.fr : entry.en),
};

export const resolvers = {
  DateTime,
  Duration,
  Query,
  Mutation: mutations,
  Incident,
  Actor,
  IncidentLink,
  Comment: Writing,
  InternalNote: Writing,
  Service: {
    ...Entry,
    __resolveReference: ({ id }: { id: string }, { catalogue }: TicketsContext) => findEntry(catalogue.services, id),
  },
  IncidentCategory: Entry,
  AssignmentGroup: Entry,
  IncidentQueueCounts: {
    async __resolveReference(_reference: { id: string }, { store, reach, clock }: TicketsContext) {
      return { id: TALLY_ID, asOf: clock.now(), ...(await store.tally(reach)) };
    },
  },
} satisfies api.Resolvers;

/** A code that is stored but no longer in the catalogue is still shown, under its own name. */
function entryOf(list: readonly CatalogueEntry[], id: string): CatalogueEntry {
  return findEntry(list, id) ?? { id, en: id, fr: id };
}
