import { until } from '@desk/testkit/until';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { DeskProcess } from './desk/desk-process.ts';
import { askForUser, follow, followed, propose } from './desk/desk-work.ts';
import { Listener, Partner } from './desk/partner.ts';

/** A day at the desk, across all services, through the gateway of a desk as `npm start` runs it. */

/** What a dashboard asks of each live field: the record, and what other services know of it. */
const FIELDS = {
  incidentUpdates: 'incident { number organization { name } service { name } links { kind problem { title } } }',
  requestUpdates: 'serviceRequest { number organization { name } }',
  problemUpdates: 'problem { number service { name } incidents(first: 5) { nodes { number } } }',
  changeUpdates: 'change { number organization { name } services { name } }',
  continuityUpdates: 'continuityEvent { number services { name } }',
  learningUpdates: 'enrolment { progressPercent learner { name } }',
} as const;

type Field = keyof typeof FIELDS;

interface Update {
  cursor: string;
  kind: string;
  [record: string]: unknown;
}

interface Changed {
  id: string;
  number: string;
  version: number;
}

const FIELD_NAMES = Object.keys(FIELDS) as Field[];

let desk: DeskProcess;
let lena: Partner;
let omar: Partner;
let priya: Partner;
let sam: Partner;
let cleo: Partner;
let rae: Partner;
const clients: Client[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  [lena, omar, priya, sam, cleo, rae] = ['lena', 'omar', 'priya', 'sam', 'cleo', 'rae'].map(
    (login) => new Partner(desk.url, login),
  ) as [Partner, Partner, Partner, Partner, Partner, Partner];
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await desk?.stop();
});

test('a day at the desk: one live client hears of every record once and in order, a foreign distributor of its own alone, and each inbox tells once', async () => {
  const [own, foreign] = await Promise.all([listen(lena), listen(priya)]);

  // A distributor reports an incident and asks for a service.
  const incident = await report(lena);
  const request = await askForUser(lena, 'Nadia Fortin');
  for (const record of [incident, request]) await followed(lena, record);
  await write(omar, 'serviceRequest', 'approveServiceRequest', on(request));

  // A problem comes of the incident, and a change of the problem.
  const problem = await write(sam, 'problem', 'openProblem', {
    title: 'The night job skips a distributor',
    description: 'Its list is cut at midnight.',
    serviceId: 'REPORTS',
    incidentId: incident.number,
  });
  const shown = await write(sam, 'problem', 'publishProblem', {
    ...on(problem),
    publicTitle: 'Empty reports',
    publicStatus: 'A change brings the fix.',
  });
  const change = await propose(cleo, `It fixes ${problem.number}.`);
  const accepted = await write(cleo, 'change', 'acceptChange', on(change));
  const published = await write(cleo, 'change', 'publishChange', on(accepted));
  await follow(lena, change);
  await write(cleo, 'change', 'assessChange', {
    ...on(published),
    type: 'NORMAL',
    environment: 'PRODUCTION',
    riskAnswer: 'LOW',
  });

  // An outage is declared, reported and acknowledged.
  const event = await write(rae, 'continuityEvent', 'declareContinuityEvent', {
    environment: 'PRODUCTION',
    title: 'Billing stopped',
    serviceIds: ['BILLING'],
    distributorsAffectedPercent: 60,
    outageStartedAt: { instant: new Date(Date.now() - 3_600_000).toISOString() },
    expectedOutage: 'PT30H',
  });
  const { situationReport } = await rae.write<{ situationReport: { id: string } }>(
    'publishSituationReport',
    { id: event.id, english: 'Please wait.', requiresAcknowledgement: true },
    'situationReport { id }',
  );
  await lena.write('acknowledgeSituationReport', { id: situationReport.id }, 'replayed');

  // A course is taken.
  const enrolment = await enrol(lena);
  await lena.write(
    'saveLessonProgress',
    { id: enrolment.id, lessonId: 'ACCESS', position: 1, completed: true },
    'version',
  );

  const problemKinds = ['PUBLISHED'];
  const changeKinds = ['PUBLISHED', 'ASSESSED'];
  const told: Record<Field, [string, string[], string[]]> = {
    incidentUpdates: [incident.id, ['CREATED', 'LINKED'], []],
    requestUpdates: [request.id, ['SUBMITTED', 'APPROVED'], []],
    problemUpdates: [shown.id, problemKinds, problemKinds],
    changeUpdates: [change.id, changeKinds, changeKinds],
    continuityUpdates: [event.id, ['DECLARED', 'REPORTED', 'ACKNOWLEDGED'], ['DECLARED', 'REPORTED']],
    learningUpdates: [enrolment.id, ['ENROLLED', 'PROGRESSED'], []],
  };
  for (const field of FIELD_NAMES) {
    const [id, mine] = told[field];
    const all = await own[field].until((updates) => about(updates, id).length >= mine.length);
    expect([field, about(all, id).map(({ kind }) => kind)]).toEqual([field, mine]);
    const positions = own[field].messages.map(({ cursor }) => Number(cursor.split('-')[1]));
    expect([field, positions]).toEqual([field, [...new Set(positions)].sort((a, b) => a - b)]);
    expect([field, own[field].problems]).toEqual([field, []]);
  }
  expect(about(own.incidentUpdates.messages, incident.id).at(-1)?.['incident']).toMatchObject({
    organization: { name: 'Maple Bend Hydro' },
    service: { name: 'Data delivery and reports' },
    links: [{ kind: 'CAUSED_BY_PROBLEM', problem: { title: 'Empty reports' } }],
  });
  expect(about(own.changeUpdates.messages, change.id)[0]?.['change']).toMatchObject({
    services: [{ name: 'Data delivery and reports' }],
  });

  // Her own records come after all of them: whatever else was on its way to the foreign distributor is there before them.
  const hers: Partial<Record<Field, string>> = {
    incidentUpdates: (await report(priya)).id,
    requestUpdates: (await askForUser(priya, 'Nadia Fortin')).id,
    learningUpdates: (await enrol(priya)).id,
  };
  for (const field of FIELD_NAMES) {
    const [id, , kinds] = told[field];
    const mark = hers[field];
    const all = await foreign[field].until((updates) =>
      mark ? about(updates, mark).length > 0 : about(updates, id).length >= kinds.length,
    );
    expect([field, about(all, id).map(({ kind }) => kind)]).toEqual([field, kinds]);
    expect([field, foreign[field].problems]).toEqual([field, []]);
  }

  // The inbox has told each person once of what the others did.
  const records = [incident, request, shown, change, event, enrolment].map(({ id }) => id);
  const [announced, declared] = ['notice.change_published', 'notice.continuity_declared'] as const;
  const reported = 'notice.report_to_acknowledge';
  for (const [who, codes] of [
    [lena, ['incident.linked', 'service_request.approved', announced, 'change.assessed', declared, reported]],
    [omar, ['notice.approval_needed', announced, declared, reported, 'continuity_event.acknowledged']],
    [priya, ['problem.published', announced, declared, reported]],
    [rae, ['continuity_event.acknowledged']],
    [cleo, []],
    [sam, []],
  ] as const) {
    const inbox = () => inboxOf(who, records);
    await until(`${who.login} is told`, async () => (await inbox()).length >= codes.length);
    expect([who.login, (await inbox()).sort()]).toEqual([who.login, [...codes].sort()]);
  }
});

/** What somebody's inbox tells of these records. */
async function inboxOf(who: Partner, records: readonly string[]): Promise<string[]> {
  const { nodes } = await who.get<{ nodes: { code: string; recordId: string }[] }>(
    '{ myNotifications(first: 20) { nodes { code recordId } } }',
  );
  return nodes.filter(({ recordId }) => records.includes(recordId)).map(({ code }) => code);
}

/** Follows every live field over one connection, as a dashboard does. */
async function listen(who: Partner): Promise<Record<Field, Listener<Update>>> {
  const client = who.connect();
  clients.push(client);
  const opened = FIELD_NAMES.map(async (field) => {
    const record = /^\w+/.exec(FIELDS[field])?.[0];
    return [field, await Listener.open<Update>(client, field, `kind ${record}Id ${FIELDS[field]}`)] as const;
  });
  return Object.fromEntries(await Promise.all(opened)) as Record<Field, Listener<Update>>;
}

function about(updates: readonly Update[], id: string): Update[] {
  return updates.filter((update) =>
    Object.entries(update).some(([name, value]) => name.endsWith('Id') && value === id),
  );
}

const on = ({ id, version }: Changed) => ({ id, expectedVersion: version });

async function write(who: Partner, record: string, mutation: string, input: Record<string, unknown>): Promise<Changed> {
  const payload = await who.write<Record<string, Changed>>(mutation, input, `${record} { id number version }`);
  return payload[record] as Changed;
}

function report(who: Partner): Promise<Changed> {
  return write(who, 'incident', 'createIncident', {
    title: 'The daily report is empty',
    description: 'Since yesterday.',
    serviceId: 'REPORTS',
    environment: 'PRODUCTION',
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
  });
}

async function enrol(who: Partner): Promise<{ id: string }> {
  const payload = await who.write<{ enrolment: { id: string } }>(
    'enrolInCourse',
    { courseId: 'GUI' },
    'enrolment { id }',
  );
  return payload.enrolment;
}
