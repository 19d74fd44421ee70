import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Environment, Impact, IncidentSource, Priority, Urgency } from './generated/api.ts';
import { settled, startedClocks } from './incident-clocks.ts';
import { told } from './incident-event.ts';
import {
  NAME_CHARACTERS_MAX,
  TEXT_KIB_MAX,
  TITLE_CHARACTERS_MAX,
  incidentNumber,
  requireAction,
  type Act,
  type Incident,
  type IncidentContact,
  type IncidentLink,
} from './incident.ts';

/** Longest telephone number, in characters. */
const PHONE_CHARACTERS_MAX = 40;

/** What a new incident needs. */
export interface OpenIncidentInput {
  title: string;
  description: string;
  serviceId: string;
  environment: Environment;
  impact: Impact;
  urgency: Urgency;
  contacts?: readonly IncidentContact[] | null;
}

/** Who a new incident belongs to and where it came from. */
export interface NewIncident {
  id: string;
  organizationId: string;
  source: IncidentSource;
}

/** Reports an incident: priority from impact and urgency, state NEW, clocks running. Refuses BAD_USER_INPUT. */
export function openIncident(
  input: OpenIncidentInput,
  made: NewIncident,
  act: Act,
  check = new InputCheck(),
): Decision<Incident> {
  const title = check.line('input.title', input.title, TITLE_CHARACTERS_MAX);
  const description = check.body('input.description', input.description, TEXT_KIB_MAX);
  const priority = act.sla.priorityOf(input.impact, input.urgency, input.environment);
  const contacts = checkedContacts(check, input.contacts ?? [], priority);
  check.done();
  const record = reported({ ...input, title, description, contacts, requester: act.actor }, made, act);
  return told(null, record, 'CREATED', act, { personal: { title, description } });
}

/**
 * Reports anew what a closed incident did not settle: same requester, organization, service, classification and contacts,
 * fresh clocks, and a link to the old incident, which stays as it is. Refuses BAD_USER_INPUT.
 */
export function openFollowUp(closed: Incident, description: string, made: NewIncident, act: Act): Decision<Incident> {
  requireAction(closed, 'FOLLOW_UP', act);
  const check = new InputCheck();
  const body = check.body('input.description', description, TEXT_KIB_MAX);
  check.done();
  const link: IncidentLink = { kind: 'FOLLOW_UP_OF', target: incidentNumber(closed), targetId: closed._id };
  const opened = reported({ ...closed, description: body }, made, act);
  const record: Incident = { ...opened, categoryId: closed.categoryId, links: [link] };
  return told(null, record, 'CREATED', act, { personal: { title: record.title, description: body } });
}

/** What a new incident takes from its report, or from the incident that it follows up. */
type Report = Pick<
  Incident,
  'title' | 'description' | 'serviceId' | 'environment' | 'impact' | 'urgency' | 'contacts' | 'requester'
>;

function reported(report: Report, made: NewIncident, act: Act): Incident {
  const { title, description, serviceId, environment, impact, urgency, contacts, requester } = report;
  const priority = act.sla.priorityOf(impact, urgency, environment);
  const record: Incident = {
    ...blankIncident(made.id, made.organizationId, act),
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
  return settled(record, act);
}

/** What every new incident begins with, wherever it comes from. */
export function blankIncident(
  id: string,
  organizationId: string,
  { at, actor }: Act,
): Omit<Incident, 'title' | 'description' | 'serviceId' | 'environment' | 'source' | 'clocks' | Classification> {
  return {
    _id: id,
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    categoryId: null,
    priorityOverride: null,
    requester: actor,
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

type Classification = 'impact' | 'urgency' | 'priority';

function checkedContacts(
  check: InputCheck,
  contacts: readonly IncidentContact[],
  priority: Priority,
): IncidentContact[] {
  const urgent = priority === 'P1' || priority === 'P2';
  for (const rank of ['MAIN', 'BACKUP'] as const) {
    const count = contacts.filter((contact) => contact.rank === rank).length;
    check.require('input.contacts', !urgent || count > 0, `${priority} needs a ${rank} contact with availability.`);
    check.require('input.contacts', count <= 1, `at most one ${rank} contact.`);
  }
  return contacts.map((contact, index) => ({
    rank: contact.rank,
    name: check.line(`input.contacts.${index}.name`, contact.name, NAME_CHARACTERS_MAX),
    phone: check.line(`input.contacts.${index}.phone`, contact.phone, PHONE_CHARACTERS_MAX),
    availability: check.line(`input.contacts.${index}.availability`, contact.availability, NAME_CHARACTERS_MAX),
  }));
}
