import type { InputCheck } from '@desk/kit/api/input';
import type { Environment, Impact, IncidentSource, Priority, Urgency } from '../generated/api.ts';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import { requireAction } from './actions.ts';
import { startedClocks, withDerivedFields } from './clocks.ts';
import { describeChange, type IncidentDecision } from './event.ts';
import {
  NAME_CHARACTERS_MAX,
  TEXT_KIB_MAX,
  TITLE_CHARACTERS_MAX,
  incidentNumber,
  type Incident,
  type IncidentActContext,
  type IncidentContact,
  type IncidentLink,
} from './incident.ts';

/** Longest telephone number, in characters. */
const PHONE_CHARACTERS_MAX = 40;

/** A report of an incident. */
export interface OpenIncidentInput {
  title: string;
  description: string;
  serviceId: string;
  environment: Environment;
  impact: Impact;
  urgency: Urgency;
  contacts?: readonly IncidentContact[] | null;
}

/** Which organization a new incident belongs to, and where it came from. */
export interface NewIncident {
  id: string;
  organizationId: string;
  source: IncidentSource;
}

/** Reports an incident: priority from impact and urgency, state NEW, clocks running. Refuses BAD_USER_INPUT. */
export function openIncident(made: NewIncident, input: OpenIncidentInput, act: IncidentActContext): IncidentDecision {
  const { check } = act;
  const title = check.line('input.title', input.title, TITLE_CHARACTERS_MAX);
  const description = check.body('input.description', input.description, TEXT_KIB_MAX);
  const contacts = checkedContacts(input.contacts ?? [], act.sla.priorityOf(input), check);
  check.done();
  const record = newRecord(made, { ...input, title, description, contacts, requester: act.by }, act);
  return describeChange(null, record, { kind: 'CREATED', act, personal: { title, description } });
}

/** The description of a follow-up, and the new incident for it. */
export interface FollowUpInput {
  description: string;
  made: NewIncident;
}

/**
 * Reports the follow-up of a closed incident: same requester, organization, service, classification and contacts, fresh clocks, and a
 * link to the old incident, which stays as it is. Refuses BAD_USER_INPUT.
 */
export function openFollowUp(
  closed: Incident,
  { description, made }: FollowUpInput,
  act: IncidentActContext,
): IncidentDecision {
  requireAction(closed, 'FOLLOW_UP', act);
  const body = act.check.body('input.description', description, TEXT_KIB_MAX);
  act.check.done();
  const link: IncidentLink = { kind: 'FOLLOW_UP_OF', target: incidentNumber(closed), targetId: closed._id };
  const opened = newRecord(made, { ...closed, description: body }, act);
  const record: Incident = { ...opened, categoryId: closed.categoryId, links: [link] };
  return describeChange(null, record, { kind: 'CREATED', act, personal: { title: record.title, description: body } });
}

/** Notes why nothing can be reported for an organization: incidents belong to distributors, and to active ones. */
export function checkReportable({ code, type, active }: DirectoryRecords['organization'], check: InputCheck): void {
  check.require('input.actingFor', type === 'LDC', {
    code: 'WRONG_KIND',
    args: { expected: 'LDC' },
    message: `must be a distributor: incidents belong to distributors, and ${code} is none.`,
  });
  check.require('input.actingFor', active, {
    code: 'INACTIVE',
    message: `must be an active distributor: ${code} is suspended, and nothing is reported for it until it is active again.`,
  });
}

/** The fields that a new incident takes from its report, or from the incident that it follows up. */
type Report = Pick<
  Incident,
  'title' | 'description' | 'serviceId' | 'environment' | 'impact' | 'urgency' | 'contacts' | 'requester'
>;

function newRecord(made: NewIncident, report: Report, act: IncidentActContext): Incident {
  const { title, description, serviceId, environment, impact, urgency, contacts, requester } = report;
  const priority = act.sla.priorityOf(report);
  const record: Incident = {
    ...blankIncident(made, act),
    title,
    description,
    serviceId,
    environment,
    impact,
    urgency,
    priority,
    requester,
    contacts,
    clocks: startedClocks(priority, act),
    source: made.source,
  };
  return withDerivedFields(record, act);
}

/** The fields that every new incident begins with, reported or imported. */
export function blankIncident(
  { id, organizationId }: Pick<NewIncident, 'id' | 'organizationId'>,
  { at, by }: Pick<IncidentActContext, 'at' | 'by'>,
): Omit<Incident, 'title' | 'description' | 'serviceId' | 'environment' | 'source' | 'clocks' | Classified> {
  return {
    _id: id,
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    categoryId: null,
    priorityOverride: null,
    requester: by,
    state: 'NEW',
    hold: null,
    assignmentGroupId: null,
    assigneeId: null,
    contacts: [],
    breached: false,
    dueAt: null,
    createdAt: at,
    updatedAt: at,
    resolution: null,
    resolvedAt: null,
    closesAt: null,
    closedAt: null,
    reopenCount: 0,
    reassignmentCount: 0,
    links: [],
    externalNumber: null,
  };
}

type Classified = 'impact' | 'urgency' | 'priority';

function checkedContacts(
  contacts: readonly IncidentContact[],
  priority: Priority,
  check: InputCheck,
): IncidentContact[] {
  const isUrgent = priority === 'P1' || priority === 'P2';
  for (const rank of ['MAIN', 'BACKUP'] as const) {
    const count = contacts.filter((contact) => contact.rank === rank).length;
    check.require('input.contacts', !isUrgent || count > 0, {
      code: 'MISSING_ENTRY',
      args: { value: rank },
      message: `must name a ${rank} contact with availability: ${priority} needs one.`,
    });
    check.require('input.contacts', count <= 1, {
      code: 'TOO_MANY',
      args: { max: 1 },
      message: `must name at most one ${rank} contact.`,
    });
  }
  return contacts.map((contact, index) => ({
    rank: contact.rank,
    name: check.line(`input.contacts.${index}.name`, contact.name, NAME_CHARACTERS_MAX),
    phone: check.line(`input.contacts.${index}.phone`, contact.phone, PHONE_CHARACTERS_MAX),
    availability: check.line(`input.contacts.${index}.availability`, contact.availability, NAME_CHARACTERS_MAX),
  }));
}
