import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { historyConnection } from '@desk/kit/log/history';
import type * as api from '../generated/api.ts';
import { maySeeEmail, maySeeMembership, maySeePersonHistory } from '../principal/policy.ts';
import { allowedPersonActions } from './actions.ts';
import { personApi } from './mutations.ts';
import { personStatus, type Person as PersonRecord } from './person.ts';
import { PERSON_HISTORY } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'per', organizationId: 'org' } };

const Query = {
  person(_root, { id }, { people }) {
    const check = new InputCheck();
    check.id('id', id, 'per');
    check.done();
    return people.load(id);
  },
  async people(_root, args, { store, reach }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const found = await store.listPeople(reach, filter, page);
    return connection(found, () => store.countPeople(reach, filter));
  },
} satisfies api.QueryResolvers;

const Person: api.PersonResolvers & Owed<api.Person, PersonRecord, api.PersonResolvers> = {
  __resolveReference: ({ id }, { people }) => people.load(id),
  id: ({ _id }) => _id,
  email: (person, _args, { viewer }) => (maySeeEmail(viewer, person) ? person.email : null),
  phone: (person, _args, { viewer }) => (maySeeEmail(viewer, person) ? person.phone : null),
  status: personStatus,
  invitationEndsAt: (person) => (personStatus(person) === 'INVITED' ? (person.invitation?.endsAt ?? null) : null),
  allowedActions: (person, _args, { viewer, time }) => allowedPersonActions(viewer, person, time.now()),
  async history(person, args, { viewer, store }) {
    const page = pageRequest(args);
    if (!maySeePersonHistory(viewer, person)) return null;
    return historyConnection(await store.personHistory(person._id), page, PERSON_HISTORY);
  },
  memberships: ({ memberships }, _args, { reach }) => memberships.filter((each) => maySeeMembership(reach, each)),
};

/** Resolvers of people. */
export const personResolvers = { Query, Mutation: personApi, Person };
