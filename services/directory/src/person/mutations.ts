import { badInput, notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import { isDuplicateKey } from '@desk/kit/process/mongo';
import type { ChangeRequest } from '@desk/kit/write/aggregates';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import type { AnyDraft, Decision } from '@desk/kit/write/event';
import { forbidden, newRecordId, requestKey, writeKey, type ChangeInput } from '@desk/kit/write/request';
import type { DirectoryContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import type { Guard } from '../guard/store.ts';
import { lastAdmin, type ViewerActContext } from '../organization/acts.ts';
import { actOf, requireOrganization } from '../organization/mutations.ts';
import type { Organization } from '../organization/organization.ts';
import type { OrganizationStore } from '../organization/store.ts';
import { changeMemberships, deactivatePrincipal } from '../principal/acts.ts';
import { administrations, administratorRole } from '../principal/membership.ts';
import { membershipsNamed, requireFreeLogins, type Named, type NamedMembership } from '../principal/mutations.ts';
import { mayUpdateProfile } from '../principal/policy.ts';
import type { PrincipalStore } from '../principal/store.ts';
import { acceptInvitation, lapseInvitation, reinstatePerson, suspendPerson, updateProfile } from './acts.ts';
import {
  ADMINISTRATORS_ALONE_MAX,
  createPerson,
  invitePerson,
  personRequest,
  secondApprover,
  type PersonInput,
} from './opening.ts';
import type { Person } from './person.ts';
import type { PersonStore } from './store.ts';
import type { PersonAnswer } from './view.ts';

/** How often a change begins anew because the person's record changed under it. */
const TRIES_MAX = 8;

export const personApi = {
  async updateMyProfile(_root, { input }, context) {
    const { viewer } = context;
    const key = writeKey(viewer, 'updateMyProfile', input);
    if (viewer.id === null || !mayUpdateProfile(viewer, { _id: viewer.id }))
      throw forbidden('Only people have a profile.');
    return changed(context, { ...input, id: viewer.id, key }, (person, act) => updateProfile(person, input, act));
  },

  async invitePerson(_root, { input }, context) {
    const { viewer, newId, store } = context;
    const operation = 'invitePerson';
    const key = writeKey(viewer, operation, input);
    const organization = await requireOrganization(context, 'input.organizationId', input.organizationId);
    const id = newRecordId({ viewer, newId }, 'per', { operation, input });
    const act = actOf(context, organization._id, new InputCheck());
    const { record, events } = invitePerson({ id, organization }, input, act);
    // A repeated request meets its own record, whoever was invited since.
    const isRepeat = key !== null && (await store.people.exists(id));
    if (!isRepeat) {
      await requireNewcomer(store, record, act);
      await requireFirstAdministrator(store, organization, { record, at: act.at });
    }
    try {
      const { record: person, ...written } = await store.people.create(record, events, { key });
      return { person, ...written };
    } catch (error) {
      // Somebody else has just invited the same address.
      if (isDuplicateKey(error)) throw alreadyThere();
      throw error;
    }
  },

  suspendPerson: (_root, { input }, context) =>
    actOnPerson(context, { operation: 'suspendPerson', input }, suspendPerson),

  reinstatePerson: (_root, { input }, context) =>
    actOnPerson(context, { operation: 'reinstatePerson', input }, reinstatePerson),
} satisfies api.MutationResolvers;

/** Changes of people by the desk itself: for demo data, sign-in and tests. */
export interface PersonMutations {
  /** Creates a person. The same input again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createPerson(input: Named<PersonInput>, act: Act): Promise<Written<Person>>;
  /** Refuses LAST_ADMIN. */
  changePersonMemberships(id: string, memberships: readonly NamedMembership[], act: Act): Promise<Written<Person>>;
  /** Refuses LAST_ADMIN. */
  deactivatePerson(id: string, act: Act): Promise<Written<Person>>;
}

/** The stores that changes of people need. */
export type PeopleParts = OrganizationStore & PrincipalStore & PersonStore & { guard: Guard };

/** The changes over a store. */
export function personMutations(store: PeopleParts): PersonMutations {
  return {
    async createPerson(input, act) {
      const [login = ''] = input.logins;
      const memberships = await membershipsNamed(store, input.memberships);
      const { record, events } = createPerson({ ...input, memberships }, { ...act, check: new InputCheck() });
      await requireFreeLogins(store, record);
      return store.people.create(record, events, { key: requestKey(personRequest(login), input) });
    },
    async changePersonMemberships(id, named, act) {
      const memberships = await membershipsNamed(store, named);
      return changePerson(store, { id, reach: 'ALL' }, (current) =>
        changeMemberships(current, memberships, { ...act, check: new InputCheck() }),
      );
    },
    deactivatePerson: (id, act) =>
      changePerson(store, { id, reach: 'ALL' }, (current) => deactivatePrincipal(current, act)),
  };
}

/**
 * Accepts the oldest invitation to an e-mail address at the first sign-in of its holder; does nothing where none waits. The caller has
 * seen that the sign-in service verified the address.
 */
export async function acceptOldestInvitation(
  store: PeopleParts,
  { login, email }: { login: string; email: string },
  at: Date,
): Promise<void> {
  const invited = await store.invitationsTo(email, at);
  const suspended = await store.suspendedAmong(invited.map(({ organizationId }) => organizationId));
  const first = invited.find(({ organizationId }) => !suspended.has(organizationId));
  if (!first || (await store.findLogin(login))) return;
  const act: Act = { at, by: { id: first._id, kind: 'PERSON', actingFor: null } };
  try {
    await store.people.change(first._id, { reach: 'ALL' }, (current) => acceptInvitation(current, login, act));
  } catch (error) {
    // The same person signed in twice at once: the other sign-in has accepted an invitation.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Carries out an act of the viewer on a person. Refuses NOT_FOUND, CONFLICT, and whatever the rule refuses. */
async function actOnPerson<Input extends ChangeInput>(
  context: DirectoryContext,
  { operation, input }: { operation: string; input: Input },
  rule: (person: Person, input: Input, act: ViewerActContext) => Decision<Person, AnyDraft> | null,
): Promise<PersonAnswer> {
  const key = writeKey(context.viewer, operation, input);
  const check = new InputCheck();
  check.id('input.id', input.id, 'per');
  check.done();
  return changed(context, { ...input, key }, (person, act) => rule(person, input, act));
}

/** Changes a person whom the viewer sees. */
async function changed(
  context: DirectoryContext,
  { id, expectedVersion, key }: Pick<ChangeInput, 'id' | 'expectedVersion'> & Pick<ChangeRequest, 'key'>,
  decide: (person: Person, act: ViewerActContext) => Decision<Person, AnyDraft> | null,
): Promise<PersonAnswer> {
  const found = await context.people.load(id);
  if (!found) throw notFound();
  const request = { id, reach: 'ALL', expectedVersion, key } as const;
  const { record: person, ...written } = await changePerson(context.store, request, (current) =>
    decide(current, actOf(context, current.organizationId, new InputCheck())),
  );
  return { person, ...written };
}

/** A change that takes a person out of the administrators of organizations, decided on a version of the person's record. */
class Leaves extends Error {
  readonly person: Person;
  readonly left: ReturnType<typeof administrations>;

  constructor(person: Person, left: ReturnType<typeof administrations>) {
    super('The guard must agree first.');
    this.person = person;
    this.left = left;
  }
}

/**
 * Changes a person. A change that leaves an organization without this administrator is written only after the guard took the person out
 * of the organization's count, and on the very version for which it did. Refuses LAST_ADMIN.
 */
async function changePerson(
  store: Pick<PeopleParts, 'people' | 'administratorsOf' | 'guard'>,
  { id, ...request }: ChangeRequest & { id: string },
  decide: (person: Person) => Decision<Person, AnyDraft> | null,
): Promise<Written<Person>> {
  let agreedOn: number | null = null;
  for (let tries = 0; ; tries++) {
    try {
      return await store.people.change(id, request, (person) => {
        const decision = decide(person);
        const left = decision ? leftBy(person, decision.record) : [];
        if (left.length && person.version !== agreedOn) throw new Leaves(person, left);
        return decision;
      });
    } catch (error) {
      if (!(error instanceof Leaves) || tries === TRIES_MAX) throw error;
      await requireOtherAdministrators(store, error);
      agreedOn = error.person.version;
    }
  }
}

/** The organizations that a change of a person's record takes an active administrator from. */
function leftBy(before: Person, after: Person): ReturnType<typeof administrations> {
  if (!before.active) return [];
  const kept = after.active ? administrations(after.memberships).map(({ organizationId }) => organizationId) : [];
  return administrations(before.memberships).filter(({ organizationId }) => !kept.includes(organizationId));
}

/** Refuses LAST_ADMIN unless each of the organizations keeps another administrator. */
async function requireOtherAdministrators(
  { administratorsOf, guard }: Pick<PeopleParts, 'administratorsOf' | 'guard'>,
  { person: { _id: id, version }, left }: Leaves,
): Promise<void> {
  for (const of of left) {
    const others = (await administratorsOf(of)).filter((each) => each.id !== id);
    if (await guard.withdrawAdministrator(of.organizationId, { id, version }, others)) continue;
    throw lastAdmin(of.organizationId, 'An organization must keep an active administrator, and this is the last one.');
  }
}

/** Refuses BAD_USER_INPUT where the address belongs to somebody of the organization. An invitation that lapsed makes room. */
async function requireNewcomer(
  { people, peopleAt }: Pick<PersonStore, 'people' | 'peopleAt'>,
  { organizationId, email }: Person,
  act: Act,
): Promise<void> {
  for (const { _id, active, suspendedAt, invitation } of await peopleAt(organizationId, email)) {
    const lapsed = invitation && act.at >= invitation.endsAt && !suspendedAt;
    if (lapsed) await people.change(_id, { reach: 'ALL' }, (current) => lapseInvitation(current, act));
    else if (active || suspendedAt || invitation) throw alreadyThere();
  }
}

/** Refuses SECOND_APPROVER_REQUIRED for an administrator of an organization that has as many as one person alone may give it. */
async function requireFirstAdministrator(
  { administratorsOf, guard }: Pick<PeopleParts, 'administratorsOf' | 'guard'>,
  { _id: organizationId, type }: Organization,
  { record, at }: { record: Person; at: Date },
): Promise<void> {
  const role = administratorRole(type);
  if (!role || !administrations(record.memberships).length) return;
  const what = `${organizationId} ${role}`;
  const reserved = await guard.reserve(what, record._id, at);
  const others = reserved ? await administratorsOf({ organizationId, role }, { invitedAt: at }) : [];
  const isFull = others.length >= ADMINISTRATORS_ALONE_MAX[role];
  if (isFull) await guard.release(what, record._id);
  if (!reserved || isFull) throw secondApprover(role);
}

function alreadyThere() {
  const message = 'must not belong to somebody of the organization already, or to somebody invited to it.';
  return badInput([{ path: 'input.email', code: 'ALREADY_THERE', message }]);
}
