/** Who may read what, in the domain's words and not in the code of a service: what the answers of the desk are held against. */

/** Somebody who asks, as the rights see it. */
export interface Standing {
  personId: string;
  is: 'DISTRIBUTOR' | 'AGENT' | 'ANALYST' | 'ADMINISTRATOR' | 'AUDITOR';
  /** The organizations of which it is a member. */
  memberOf: readonly string[];
  /** The organizations for which it acts, with every scope. */
  actsFor: readonly string[];
  /** The other sides of the authorizations of its organizations: it knows them by name. */
  counterparts: readonly string[];
  /** The other sides of authorizations that are over: it reads their names in the authorization alone. */
  formerCounterparts: readonly string[];
}

/** A record as the truth knows it. */
export interface Truth {
  type: string;
  id: string;
  /** What it holds itself. */
  fields: Record<string, unknown>;
  /** The organizations that it belongs to. */
  organizations: readonly string[];
  /** The record that it is part of. */
  parent: Truth | null;
  /** The person whose it is, of a record that is somebody's own. */
  owner: string | null;
}

type Rule = (who: Standing, record: Truth) => boolean;

const readsAll: Rule = ({ is }) => ['ANALYST', 'ADMINISTRATOR', 'AUDITOR'].includes(is);
const isStaff: Rule = ({ is }) => is === 'ANALYST' || is === 'ADMINISTRATOR';
const own: Rule = ({ personId }, { owner }) => owner !== null && owner === personId;
const overlaps = (one: readonly string[], other: readonly string[]) => one.some((each) => other.includes(each));
const reach = ({ memberOf, actsFor }: Standing) => [...memberOf, ...actsFor];
const ofReach: Rule = (who, { organizations }) => readsAll(who, NONE) || overlaps(reach(who), organizations);
const withParent: Rule = (who, { parent }) => parent !== null && mayRead(who, parent);
const published: Rule = (_who, { fields }) => typeof fields['publishedAt'] === 'string';

const NONE: Truth = { type: '', id: '', fields: {}, organizations: [], parent: null, owner: null };

/** Who reads a record, by its type. A new type of record has no rule, and fails the suite. */
const READERS: Readonly<Record<string, Rule>> = {
  Incident: ofReach,
  IncidentComment: withParent,
  IncidentInternalNote: isStaff,
  ServiceRequest: ofReach,
  ServiceRequestComment: withParent,
  ServiceRequestInternalNote: isStaff,
  Problem: (who, record) => readsAll(who, record) || published(who, record),
  ProblemInternalNote: isStaff,
  KnownError: (who, record) =>
    readsAll(who, record) || (published(who, record) && record.fields['audience'] === 'ALL_LDCS'),
  Change: (who, record) => ofReach(who, record) || published(who, record),
  ChangeComment: withParent,
  ChangeInternalNote: isStaff,
  ContinuityEvent: () => true,
  SituationReport: () => true,
  Acknowledgement: ofReach,
  Organization: (who, { id, fields }) =>
    readsAll(who, NONE) || fields['type'] === 'SME' || [...reach(who), ...who.counterparts].includes(id),
  Person: (who, { organizations }) => readsAll(who, NONE) || overlaps([...reach(who), SME], organizations),
  AgentAuthorization: (who, { organizations }) => readsAll(who, NONE) || overlaps(who.memberOf, organizations),
  Enrolment: (who, record) => own(who, record) || who.is === 'ADMINISTRATOR' || who.is === 'AUDITOR',
  Attempt: withParent,
  Follow: own,
  Notification: own,
  SignUp: own,
};

/** Stands for the operator among the organizations of a record. */
export const SME = 'SME';

/** Whether somebody may read a record. */
export function mayRead(who: Standing, record: Truth): boolean {
  const rule = READERS[record.type];
  if (!rule) throw new Error(`Who may read a record of the type ${record.type}? The table READERS must say it.`);
  return rule(who, record);
}

const NOTE_RULES = ['mayNoteChange', 'mayNoteIncident', 'mayNoteProblem', 'mayNoteServiceRequest'];
const STAFF = ['ANALYST', 'ADMINISTRATOR'];
const EVERYBODY = ['DISTRIBUTOR', 'AGENT', ...STAFF, 'AUDITOR'];

/** Whom the rules of `@access` let pass at fields of queries, by kind. A rule that is not here fails the suite. */
const PASSES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(NOTE_RULES.map((rule) => [rule, STAFF])),
  readsProblemInside: [...STAFF, 'AUDITOR'],
  mayReadAudit: ['ADMINISTRATOR', 'AUDITOR'],
  mayProposeChanges: ['DISTRIBUTOR', 'AGENT', ...STAFF],
  mayCreateIncidents: ['DISTRIBUTOR', 'AGENT', ...STAFF],
  mayManageContinuity: ['ADMINISTRATOR'],
  mayWorkProblem: STAFF,
  // These let everybody pass who may read the record: the rest is a matter of the records.
  reachOfChanges: EVERYBODY,
  reachOfContinuity: EVERYBODY,
  reachOfIncidents: EVERYBODY,
  reachOfKnownErrors: EVERYBODY,
  reachOfProblems: EVERYBODY,
  reachOfServiceRequests: EVERYBODY,
  mayReadEnrolment: EVERYBODY,
  mayFollow: EVERYBODY,
  hasInbox: EVERYBODY,
  maySignUp: EVERYBODY,
};

/** Whether a rule of `@access` lets somebody pass. */
export function passes({ is }: Standing, rule: string): boolean {
  const kinds = PASSES[rule];
  if (!kinds) throw new Error(`Whom does the rule ${rule} let pass? The table PASSES must say it.`);
  return kinds.includes(is);
}

/** Fields that say to some readers what the staff wrote, and to others what was published. */
const IN_OTHER_WORDS: Readonly<Record<string, Rule>> = { 'Problem.title': readsAll };

/** Fields that not every reader of their record may read, although no rule of `@access` guards them. */
const HIDDEN: Readonly<Record<string, Rule>> = {
  'Person.email': isColleague,
  'Person.phone': isColleague,
  'Organization.contacts': (who, { id, fields }) =>
    isStaff(who, NONE) || fields['type'] === 'SME' || reach(who).includes(id),
};

function isColleague(who: Standing, { organizations }: Truth): boolean {
  return (
    isStaff(who, NONE) || overlaps(who.memberOf, organizations) || (who.is === 'AUDITOR' && organizations.includes(SME))
  );
}

/** Whether somebody may meet the record in what it reads: also by its name alone. */
export function mayMeet(who: Standing, record: Truth): boolean {
  return mayRead(who, record) || who.formerCounterparts.includes(record.id);
}

/** Whether a reader of the record may read what the SME reads in the field. */
export function mayReadWords(who: Standing, coordinate: string, record: Truth): boolean {
  return mayReadField(who, coordinate, record) && (IN_OTHER_WORDS[coordinate]?.(who, record) ?? true);
}

/** Whether a reader of the record may read the field too. */
export function mayReadField(who: Standing, coordinate: string, record: Truth): boolean {
  return HIDDEN[coordinate]?.(who, record) ?? true;
}
