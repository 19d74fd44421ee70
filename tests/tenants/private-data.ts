import { until } from '@desk/testkit/until';
import type { ApiAnswer } from '../desk/partner.ts';
import type { Caller, Row } from './caller.ts';

/** What the demo data lack: parts of records that only some may read, written by those who may. */

/** The people who write. */
export type Writers = Record<'lena' | 'omar' | 'bo' | 'sam' | 'root' | 'cleo' | 'rae', Caller>;

interface Versioned extends Row {
  version: number;
}

/** Gives the comments that come behind everything else: who was told of the own ones was told of all before. */
export async function writePrivateData(by: Writers): Promise<Record<'lena' | 'bo', string[]>> {
  await Promise.all([writeOrganizations(by), writeTickets(by), writeChanges(by), writeOutage(by), writeProblems(by)]);
  await Promise.all([writeOwn(by.lena), writeOwn(by.bo)]);
  return { bo: await writeLast(by.bo), lena: await writeLast(by.lena) };
}

async function writeOrganizations({ omar, bo, root, lena }: Writers): Promise<void> {
  const administered = [
    { admin: omar, member: lena, place: PLACES.lena, phone: '+16135550111' },
    { admin: root, member: bo, place: PLACES.bo, phone: '+16135550122' },
  ];
  for (const { admin, member, place, phone } of administered) {
    const { id, version } = await own(member, 'memberships { organization { id version } }');
    const domain = `${place.replace(' ', '').toLowerCase()}.example`;
    await admin.write('updateOrganization', {
      id,
      expectedVersion: version,
      address: { street: `1 ${place} Quay`, city: `${place} Village`, province: 'ON', postalCode: 'K1A 0B1' },
      contacts: [{ rank: 'MAIN', name: `Desk of ${place}`, email: `duty@${domain}`, phone: '+16135550100' }],
    });
    const person = await own(member, 'person { id version }');
    await member.write('updateMyProfile', { expectedVersion: person.version, phone });
  }
  const organizationId = 'LDC-001';
  const email = 'newcomer@maplebend.example';
  await omar.write('invitePerson', { organizationId, name: 'Newcomer of Maple Bend', email, roles: ['LDC_USER'] });
  const validTo = { instant: new Date(Date.now() + 30 * DAY_MS).toISOString() };
  await omar.write('authorizeAgent', { organizationId, agentId: 'AGT-002', validTo, scopes: ['PROFILE_READ'] });
  const given = await authorizationOfPartner(root);
  const reason = 'The board of Maple Bend was against it.';
  await omar.write('endAgentAuthorization', { id: given.id, expectedVersion: given['version'], reason });
  for (const [kind, list, text] of [
    ['Person', 'people', 'Noor Siddiqui'],
    ['Organization', 'organizations', 'Wild Rice Lake'],
  ] as const) {
    const query = `query($text: String) { ${list}(first: 1, filter: { text: $text }) { __typename nodes { __typename id version } } }`;
    const { id, version } = only(await root.ask(query, { text }), list);
    await root.write(`suspend${kind}`, { id, expectedVersion: version, reason: `${text} asked for it.` });
  }
}

/** The administrator asks: once it is ended, the distributor does not know the partner by name. */
async function authorizationOfPartner(root: Caller): Promise<Row> {
  const given = 'id version agent { __typename code } organization { __typename code }';
  const { data } = await root.ask(`{ agentAuthorizations(first: 50) { __typename nodes { __typename ${given} } } }`);
  const rows = (data as unknown as { agentAuthorizations: { nodes: Given[] } }).agentAuthorizations.nodes;
  const found = rows.find(({ agent, organization }) => agent.code === 'PTR-001' && organization.code === 'LDC-001');
  if (!found) throw new Error('The partner has no authorization.');
  return found;
}

interface Given extends Row {
  agent: { code: string };
  organization: { code: string };
}

const DAY_MS = 86_400_000;
const PLACES = { lena: 'Maple Bend', bo: 'Otter Falls' } as const;

async function writeTickets({ lena, bo, sam }: Writers): Promise<void> {
  const incidents: Row[] = [];
  for (const [person, place] of [
    [lena, PLACES.lena],
    [bo, PLACES.bo],
  ] as const) {
    const { id, version } = await person.write('createIncident', {
      title: `Meters of ${place} are silent`,
      description: `Since the storm of ${place}.`,
      serviceId: 'VEE',
      environment: 'PRODUCTION',
      impact: 'MEDIUM',
      urgency: 'MEDIUM',
    });
    await person.write('addIncidentComment', { id, text: `The poles of ${place} stand again.` });
    await sam.write('addIncidentComment', { id, text: `${place} is heard.` });
    await sam.write('addIncidentInternalNote', { id, text: `${place} has asked for this before.` });
    const reason = `The mayor of ${place} calls.`;
    const worked = await sam.write('reclassifyIncident', { id, expectedVersion: version, priority: 'P1', reason });
    incidents.push(worked);
    const request = await person.write('submitServiceRequest', {
      itemId: 'REPORT_REISSUE',
      itemVersion: 1,
      values: [
        { name: 'report', value: `Readings of ${place}` },
        { name: 'date', value: '2026-01-05' },
      ],
    });
    await person.write('addServiceRequestComment', { id: request.id, text: `${place} needs it by Friday.` });
    await sam.write('addServiceRequestInternalNote', { id: request.id, text: `${place} pays for haste.` });
  }
  const [ofLena, ofBo] = incidents as [Row, Row];
  const { id, version } = await sam.write('linkIncident', {
    id: ofLena.id,
    expectedVersion: ofLena['version'],
    kind: 'RELATED_TO',
    target: ofBo['number'],
  });
  await sam.write('linkIncident', { id, expectedVersion: version, kind: 'WORKAROUND_BY', target: 'KE-000001' });
}

async function writeChanges({ lena, bo, cleo }: Writers): Promise<void> {
  for (const [person, place] of [
    [lena, PLACES.lena],
    [bo, PLACES.bo],
  ] as const) {
    const { id } = await person.write('proposeChange', {
      title: `A later deadline for ${place}`,
      reason: `The crews of ${place} come home late.`,
      benefit: `${place} delivers whole days.`,
      serviceIds: ['VEE'],
    });
    await person.write('addChangeComment', { id, text: `The council of ${place} agrees.` });
    await cleo.write('addChangeInternalNote', { id, text: `${place} will not like the answer.` });
  }
}

async function writeProblems({ root }: Writers): Promise<void> {
  const { id } = await root.write('openProblem', {
    title: 'Gaps come back after each release',
    description: 'Nobody outside should hear of the release that did it.',
    serviceId: 'VEE',
  });
  await root.write('addProblemInternalNote', { id, text: 'The supplier denies the gaps.' });
  const drafted = await root.write('draftKnownError', {
    problemId: id,
    title: 'Readings are missing after a release',
    serviceIds: ['VEE'],
    symptom: 'Whole hours have no readings at all.',
  });
  await root.write('editKnownError', {
    id: drafted.id,
    expectedVersion: drafted['version'],
    title: 'Readings are missing after a release',
    serviceIds: ['VEE'],
    symptom: 'Whole hours have no readings at all, and no gap is reported.',
  });
}

async function writeOutage({ lena, bo, rae }: Writers): Promise<void> {
  const affected = await Promise.all(
    [lena, bo].map((person) => own(person, 'memberships { organization { id version } }')),
  );
  const { id } = await rae.write('declareContinuityEvent', {
    environment: 'PRODUCTION',
    title: 'Billing stands still',
    serviceIds: ['BILLING'],
    affectedOrganizationIds: affected.map((organization) => organization.id),
    distributorsAffectedPercent: 5,
    outageStartedAt: { instant: new Date(Date.now() - DAY_MS / 24).toISOString() },
    expectedOutage: 'PT5H',
  });
  const report = await rae.write('publishSituationReport', {
    id,
    english: 'Billing comes back tonight.',
    requiresAcknowledgement: true,
  });
  for (const person of [lena, bo]) await person.write('acknowledgeSituationReport', { id: report.id });
}

/** What is a person's own: learning, follows, wishes, the inbox. */
async function writeOwn(person: Caller): Promise<void> {
  const { id: enrolment } = await person.write('enrolInCourse', { courseId: 'GUI' });
  await person.write('saveLessonProgress', { id: enrolment, lessonId: 'ACCESS', position: 1, completed: true });
  await person.write('startAttempt', { id: enrolment });
  const { id } = await person.write('createSignUp', { filter: { recordType: ['CHANGE'], serviceId: ['VEE'] } });
  await person.write('withdrawSignUp', { id });
  await person.write('createSignUp', { filter: { recordType: ['CHANGE'], state: ['SCHEDULED'] } });
  const { recordId } = await first(person, 'myFollows', 'id recordId');
  await person.write('unfollowRecord', { recordId });
  await person.write('followRecord', { recordId });
  const received = await first(person, 'myNotifications');
  await person.write('markNotificationRead', { id: received.id });
  await person.write('markAllNotificationsRead', { upTo: new Date().toISOString() });
}

async function writeLast(person: Caller): Promise<string[]> {
  const text = 'Nothing comes behind this.';
  const incident = await first(person, 'incidents');
  const change = await first(person, 'changes');
  const comments = [
    await person.write('addIncidentComment', { id: incident.id, text }),
    await person.write('addChangeComment', { id: change.id, text }),
  ];
  return comments.map(({ id }) => id);
}

/** The first of a list. Lists of notifications fill a moment after the event. */
async function first(who: Caller, list: string, fields = 'id'): Promise<Row> {
  const ask = () => who.ask(`{ ${list}(first: 1) { __typename nodes { __typename ${fields} } } }`);
  let answer = await ask();
  await until(`${who.name} has ${list}`, async () => {
    if (rowsOfList(answer, list).length) return true;
    answer = await ask();
    return false;
  });
  return only(answer, list);
}

function only(answer: ApiAnswer, list: string): Row {
  const [found] = rowsOfList(answer, list);
  if (!found) throw new Error(`There are no ${list}: ${JSON.stringify(answer.errors)}`);
  return found;
}

function rowsOfList({ data }: ApiAnswer, list: string): Row[] {
  return (data as unknown as Record<string, { nodes: Row[] } | null> | null)?.[list]?.nodes ?? [];
}

/** The first record that a person's `me` leads to. */
async function own(who: Caller, selection: string): Promise<Versioned> {
  const { data } = await who.ask(`{ me { __typename ${selection} } }`);
  const found = JSON.stringify(data).match(/\{"id":"[^}]*\}/)?.[0];
  if (!found) throw new Error(`${who.name} has no ${selection}`);
  return JSON.parse(found) as Versioned;
}
