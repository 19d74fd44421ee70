import type { Viewer } from '@desk/kit/api/viewer';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LDC_A, LDC_B, ada, bert, lena, rae, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import {
  ASSIGNMENT,
  CONTACTS,
  REPORT,
  agentOf,
  clockOf,
  partner,
  startDesk,
  type Desk,
  type Shown,
} from './tickets.fixture.ts';

const MONDAY_10 = '2026-06-29T14:00:00Z'; // 10:00 in Toronto, two days before Canada Day

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(MONDAY_10);
});
afterAll(() => desk.service.stop());
beforeEach(() => desk.ground.time.set(MONDAY_10));

describe('the way of an incident', () => {
  test('stands in its history, in the order in which things happened', async () => {
    const reported = await desk.report();
    const started = await desk.started(reported);
    desk.ground.time.set('2026-06-30T19:00:00Z');
    const held = await desk.act('holdIncident', started, { reason: 'CUSTOMER', question: 'Which file?' });
    desk.ground.time.set('2026-07-02T12:00:00Z');
    await desk.comment(held, 'The one of Monday.', lena);
    const resumed = await desk.show(held.id);
    await desk.act('resolveIncident', resumed, { code: 'FIXED', text: 'Sent again.', cause: 'DATA' });

    const kinds = (await desk.history(held, lena)).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'CREATED',
      'ASSIGNED',
      'STARTED',
      'COMMENTED',
      'CLOCK_WARNED',
      'HELD',
      'COMMENTED',
      'COMMENTED',
      'RESUMED',
      'RESOLVED',
    ]);
  });

  test('a missed update stays after the next one, and the newest one is explained', async () => {
    const started = await desk.started(await desk.report({ impact: 'HIGH', urgency: 'HIGH', contacts: CONTACTS }));
    desk.ground.time.set('2026-06-29T14:31:00Z');
    await desk.comment(started, 'Batch 88 is running again.', sam);
    const answered = await desk.show(started.id);
    const updates = answered.clocks.filter(({ kind }) => kind === 'UPDATE');
    expect(updates).toMatchObject([
      { outcome: 'BREACHED', breachedAt: '2026-06-29T14:30:00.000Z' },
      { outcome: null, dueAt: '2026-06-29T15:01:00.000Z' },
    ]);
    expect([answered.breached, answered.dueAt]).toEqual([true, '2026-06-29T15:01:00.000Z']);
    const query = 'query($id: ID!) { incident(id: $id) { explainClock(kind: UPDATE) { summary } } }';
    const { explainClock } = done<{ explainClock: { summary: string } }>(
      await desk.ask(lena, query, { id: started.id }),
    );
    expect(explainClock.summary).toContain('Due Mon 29 Jun 2026, 11:01 EDT');
  });

  test('an action that the state does not allow is refused with those it allows', async () => {
    const reported = await desk.report();
    const refused = await desk.refusal('holdIncident', reported, { reason: 'VENDOR', vendorReference: 'OSP-1' });
    expect(refused).toMatchObject({ code: 'ILLEGAL_TRANSITION', state: 'NEW' });
    expect(refused['allowedActions']).toEqual(['ASSIGN', 'START', 'CANCEL', 'RECLASSIFY', 'COMMENT', 'NOTE', 'LINK']);
  });

  test('a stale version is refused with the current one, and nothing is written', async () => {
    const reported = await desk.report();
    await desk.act('reclassifyIncident', reported, { urgency: 'LOW' });
    const refused = await desk.refusal('reclassifyIncident', reported, { urgency: 'HIGH' });
    expect(refused).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await desk.show(reported.id)).toMatchObject({ version: 2, priority: 'P4' });
  });

  test('a warning that the desk announces meanwhile makes no decision stale', async () => {
    const started = await desk.started(await desk.report());
    desk.ground.time.set('2026-06-30T19:00:00Z');
    const warned = await desk.until(started, ({ version }) => version > started.version);
    expect(warned.version).toBe(started.version + 1);
    const resolved = await desk.act('resolveIncident', started, { code: 'FIXED', text: 'Done.', cause: 'DATA' });
    expect(resolved.state).toBe('RESOLVED');
  });

  test('of two agents who decide on the same version one succeeds and the other gets CONFLICT', async () => {
    const reported = await desk.report();
    const both = await Promise.allSettled([
      desk.act('assignIncident', reported, { ...ASSIGNMENT, impact: 'MEDIUM', urgency: 'MEDIUM' }),
      desk.act('assignIncident', reported, { ...ASSIGNMENT, impact: 'MEDIUM', urgency: 'MEDIUM' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await desk.show(reported.id)).version).toBe(2);
  });

  test('every missing field of a report is named at once', async () => {
    const answer = await desk.ask(
      lena,
      'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id } } }',
      {
        i: { ...REPORT, title: ' ', description: '', impact: 'HIGH', urgency: 'HIGH' },
      },
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.title' },
        { path: 'input.description' },
        { path: 'input.contacts' },
        { path: 'input.contacts' },
      ],
    });
  });

  test('a P1 names its main and back-up contact', async () => {
    expect(await desk.report({ impact: 'HIGH', urgency: 'HIGH', contacts: CONTACTS })).toMatchObject({
      priority: 'P1',
    });
  });

  test('text that a database could take for an operator stays text', async () => {
    const odd = await desk.report({ title: '$description', description: '{"$gt": ""} $$ROOT a.b' });
    expect((await desk.show(odd.id)).title).toBe('$description');
  });

  test('a duplicate stops counting, names its master, and loses the link when it is reopened', async () => {
    const master = await desk.report();
    const copy = await desk.started(await desk.report());
    const resolved = await desk.act('resolveIncident', copy, {
      code: 'DUPLICATE',
      text: 'See the other.',
      cause: 'UNKNOWN',
      duplicateOf: master.number,
    });
    expect(clockOf(resolved, 'RESOLUTION').outcome).toBe('EXCLUDED');
    expect(resolved.links).toEqual([{ kind: 'DUPLICATE_OF', target: master.number }]);
    const reopened = await desk.as(lena).act('reopenIncident', resolved, { reason: 'It is not the same.' });
    expect(reopened.links).toEqual([]);
  });

  test('links form no circle, and an incident has one parent', async () => {
    const [a, b, c] = [await desk.report(), await desk.report(), await desk.report()];
    const linked = await desk.act('linkIncident', a, { kind: 'CHILD_OF', target: b.number });
    expect(await desk.refusal('linkIncident', b, { kind: 'CHILD_OF', target: a.number })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(await desk.refusal('linkIncident', linked, { kind: 'CHILD_OF', target: c.number })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});

describe('a follow-up', () => {
  const FOLLOW_UP = `mutation($i: CreateIncidentFollowUpInput!) {
    createIncidentFollowUp(input: $i) { incident { priority source requester { principalId } contacts { name } } }
  }`;

  /** An incident that was closed by itself. */
  async function closed(incident: Shown): Promise<Shown> {
    const started = await desk.started(incident);
    const resolved = await desk.act('resolveIncident', started, { code: 'FIXED', text: 'Done.', cause: 'DATA' });
    desk.ground.time.set(resolved.closesAt ?? '');
    return desk.until(resolved, ({ state }) => state === 'CLOSED');
  }

  test('needs no contacts where the closed incident had none', async () => {
    const raised = await desk.act('reclassifyIncident', await desk.report(), { impact: 'HIGH', urgency: 'HIGH' });
    const { id } = await closed(raised);
    const answer = await desk.ask(lena, FOLLOW_UP, { i: { id, description: 'It is wrong again.' } });
    expect(done(answer)).toMatchObject({ incident: { priority: 'P1', contacts: [] } });
  });

  test('made by a partner’s system says so, and stays the requester’s', async () => {
    const { id } = await closed(await desk.report());
    const i = { id, description: 'It is wrong again.', idempotencyKey: 'follow-up-1' };
    expect(done(await desk.ask(partner, FOLLOW_UP, { i }))).toMatchObject({
      incident: { source: 'API', requester: { principalId: lena.id } },
    });
  });

  test('without words is refused', async () => {
    const { id } = await closed(await desk.report());
    const answer = await desk.ask(lena, FOLLOW_UP, { i: { id, description: ' ' } });
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.description' }],
    });
  });
});

describe('a solution', () => {
  async function resolved(): Promise<Shown> {
    const started = await desk.started(await desk.report());
    return desk.act('resolveIncident', started, { code: 'FIXED', text: 'Sent again.', cause: 'DATA' });
  }

  test('is accepted by everybody who acts for the distributor', async () => {
    for (const viewer of [lena, agentOf(LDC_A)]) {
      const closed = await desk.as(viewer).act('closeIncident', await resolved());
      expect([closed.state, closed.closedAt]).toEqual(['CLOSED', '2026-06-29T14:00:00.000Z']);
      expect((await desk.history(closed)).map(({ kind }) => kind)).toContain('CLOSED');
    }
  });

  test('is not accepted by those who gave it', async () => {
    const incident = await resolved();
    expect(incident.allowedActions).toEqual(['REOPEN', 'COMMENT', 'NOTE', 'LINK']);
    expect(await desk.refusal('closeIncident', incident)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('that was accepted is final, and the refusal does not speak of time', async () => {
    const solved = await resolved();
    const closed = await desk.as(lena).act('closeIncident', solved);
    const early = await desk.as(lena).refusal('reopenIncident', closed, { reason: 'Again.' });
    expect([early.code, early.message]).toEqual([
      'WINDOW_CLOSED',
      'The solution was accepted, and that is final. Report a follow-up instead: createIncidentFollowUp.',
    ]);
    desk.ground.time.set(solved.closesAt ?? '');
    const late = await desk.as(lena).refusal('reopenIncident', closed, { reason: 'Again.' });
    expect(late.message).toContain('The solution was accepted');
  });
});

describe('a list', () => {
  test('holds the incidents that wait for one of the reasons, and no others', async () => {
    const asked = await desk.act('holdIncident', await desk.started(await desk.report()), {
      reason: 'CUSTOMER',
      question: 'Which file?',
    });
    await desk.act('holdIncident', await desk.started(await desk.report()), {
      reason: 'VENDOR',
      vendorReference: 'OSP-2',
    });
    const list = 'query($f: IncidentFilter!) { incidents(first: 100, filter: $f) { nodes { id hold { reason } } } }';
    const { nodes } = done<{ nodes: { id: string; hold: { reason: string } }[] }>(
      await desk.ask(lena, list, { f: { holdReason: ['CUSTOMER'] } }),
    );
    expect(nodes.map(({ id }) => id)).toContain(asked.id);
    expect(new Set(nodes.map(({ hold }) => hold.reason))).toEqual(new Set(['CUSTOMER']));
  });
});

describe('a clock explained in words', () => {
  const EXPLAIN = `query($id: ID!, $zone: TimeZone!) {
    incident(id: $id) { explainClock(kind: RESOLUTION, timeZone: $zone) { summary roundTheClock } }
  }`;

  test('has its instants in the requested zone', async () => {
    const { id } = await desk.report();
    const answer = await desk.ask(lena, EXPLAIN, { id, zone: 'America/Vancouver' });
    expect(done(answer)).toMatchObject({
      explainClock: { roundTheClock: false, summary: expect.stringMatching(/Due Fri 3 Jul 2026, 07:00 PDT;/) },
    });
  });

  test('is refused for an unknown zone', async () => {
    const { id } = await desk.report();
    const { errors } = await desk.ask(lena, EXPLAIN, { id, zone: 'Mars/Olympus' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'timeZone' }] });
  });
});

describe('who may do what', () => {
  test('a distributor reports, comments and withdraws, but does not work incidents', async () => {
    const reported = await desk.report();
    expect(reported.allowedActions).toEqual(['CANCEL', 'COMMENT']);
    expect(await desk.as(lena).refusal('assignIncident', reported, ASSIGNMENT)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('staff without the analyst role read everything and note, but do not work incidents', async () => {
    const reported = await desk.report();
    expect((await desk.show(reported.id, rae)).allowedActions).toEqual(['COMMENT', 'NOTE']);
  });

  test('an auditor reads every incident and changes none', async () => {
    const reported = await desk.report();
    expect((await desk.show(reported.id, ada)).allowedActions).toEqual([]);
    expect(await desk.as(ada).refusal('cancelIncident', reported, { reason: 'No.' })).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('an internal note reaches staff only: not the notes, not the history, not the count of a distributor', async () => {
    const reported = await desk.report();
    done(
      await desk.ask(
        sam,
        'mutation($i: AddIncidentInternalNoteInput!) { addIncidentInternalNote(input: $i) { internalNote { id } } }',
        {
          i: { id: reported.id, text: 'Batch 88 again.' },
        },
      ),
    );
    const query =
      'query($id: ID!) { incident(id: $id) { internalNotes(first: 5) { totalCount nodes { text } } history(first: 9) { nodes { kind } } } }';
    expect(done(await desk.ask(lena, query, { id: reported.id }))).toEqual({
      internalNotes: { totalCount: 0, nodes: [] },
      history: { nodes: [{ kind: 'CREATED' }] },
    });
    expect(done(await desk.ask(sam, query, { id: reported.id }))).toMatchObject({
      internalNotes: { totalCount: 1, nodes: [{ text: 'Batch 88 again.' }] },
    });
  });

  test('a request without a token of the gateway is refused', async () => {
    const answer = await fetch(`${desk.service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(answer.status).toBe(401);
  });
});

describe('a search of incidents', () => {
  const LIST = 'query($text: String!) { incidents(first: 10, filter: { text: $text }) { totalCount nodes { id } } }';
  const found = async (text: string): Promise<string[]> => {
    const { nodes } = done<{ nodes: { id: string }[] }>(await desk.ask(lena, LIST, { text }));
    return nodes.map(({ id }) => id);
  };

  test('finds words however their accents, case and forms are typed, in the title, description and solution', async () => {
    const reported = await desk.report({ title: 'Relevés d’Orignal manquants', description: 'Fichier été_2026.csv' });
    for (const text of ['Relevés orignal', 'RELEVE\u0301S orignal', 'releves Orignal', 'orignal "csv" -ete'])
      expect(await found(text)).toEqual([reported.id]);
    const started = await desk.started(reported);
    await desk.act('resolveIncident', started, { code: 'FIXED', text: 'Quenouille remplacée.', cause: 'DATA' });
    expect(await found('orignal quenouille')).toEqual([reported.id]);
    expect(await found('orignal quenouilles')).toEqual([]);
  });

  test('finds an incident by its number in any usual spelling, and a link leads there by it', async () => {
    const [reported, other] = [await desk.report(), await desk.report()];
    const digits = reported.number.slice('INC-'.length);
    const spellings = [
      `INC${digits}`,
      `inc ${Number(digits)}`,
      `INC\u00a0${digits}`,
      digits,
      `Incident ${reported.number}`,
    ];
    for (const text of spellings) expect(await found(text)).toEqual([reported.id]);
    expect(await found(String(Number(digits)))).toContain(reported.id);
    const linked = await desk.act('linkIncident', other, { kind: 'CHILD_OF', target: digits });
    expect(await desk.refusal('linkIncident', linked, { kind: 'RELATED_TO', target: digits })).toMatchObject({
      fields: [{ path: 'input.target', code: 'NOT_A_RECORD_NUMBER' }],
    });
  });
});

describe('the wall between distributors (example 20)', () => {
  const BY_ID = 'query($id: ID!) { incident(id: $id) { id } }';
  const ENTITY = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Incident { id title } } }';

  test('another distributor’s incident answers as one that does not exist: by id, number, list, search, tally and entity', async () => {
    const mine = await desk.report({ title: 'Zanzibar reads' });
    for (const id of [mine.id, mine.number]) {
      expect(await desk.ask(bert, BY_ID, { id })).toEqual(
        await desk.ask(bert, BY_ID, { id: 'inc_00000000000000000000000000' }),
      );
    }
    const list = 'query($f: IncidentFilter!) { incidents(first: 10, filter: $f) { totalCount nodes { id } } }';
    for (const f of [{ text: 'Zanzibar' }, { text: mine.number }, { organizationId: [LDC_A] }]) {
      expect(done(await desk.ask(bert, list, { f }))).toEqual({ totalCount: 0, nodes: [] });
      expect(done<{ nodes: unknown[] }>(await desk.ask(lena, list, { f })).nodes.length).toBeGreaterThan(0);
    }
    expect(done(await desk.ask(bert, '{ incidentQueueCounts { open } }'))).toEqual({ open: 0 });
    expect(done(await desk.ask(bert, ENTITY, { r: [{ __typename: 'Incident', id: mine.id }] }))).toEqual([null]);
  });

  test('a change of another distributor’s incident is refused in the very words of a missing one', async () => {
    const mine = await desk.report();
    const foreign = await desk.as(bert).refusal('reopenIncident', mine, { reason: 'Mine.' });
    const missing = await desk.as(bert).refusal('reopenIncident', { id: 'inc_none', version: 1 }, { reason: 'Mine.' });
    expect(foreign).toEqual(missing);
    expect(foreign.code).toBe('NOT_FOUND');
  });

  test('a link hides the number of another distributor’s incident, now and in the history', async () => {
    const [ofA, ofB, alsoOfA] = [await desk.report(), await desk.report({}, bert), await desk.report()];
    const once = await desk.act('linkIncident', ofA, { kind: 'RELATED_TO', target: ofB.number });
    const twice = await desk.act('linkIncident', once, { kind: 'RELATED_TO', target: alsoOfA.number });
    await desk.act('linkIncident', twice, { kind: 'CAUSED_BY_CHANGE', target: 'CHG-000007' });
    const query = `query($id: ID!) { incident(id: $id) {
      links { kind target incident { id } } history(first: 9) { nodes { changes { field from to } } } } }`;
    const seen = async (viewer: Viewer) => {
      const { links, history } = done<Linked>(await desk.ask(viewer, query, { id: ofA.id }));
      return {
        links: links.map(({ target, incident }) => [target, incident?.id ?? null]),
        history: history.nodes.flatMap(({ changes }) => changes.map(({ from, to }) => from ?? to)),
      };
    };
    const whole = {
      links: [
        [ofB.number, ofB.id],
        [alsoOfA.number, alsoOfA.id],
        ['CHG-000007', null],
      ],
      history: [ofB.number, alsoOfA.number, 'CHG-000007'],
    };
    expect(await seen(sam)).toEqual(whole);
    expect(await seen(agentOf(LDC_A, LDC_B))).toEqual(whole);
    const hidden = {
      links: [[null, null], ...whole.links.slice(1)],
      history: [null, alsoOfA.number, 'CHG-000007'],
    };
    expect(await seen(lena)).toEqual(hidden);
    const current = await desk.show(ofA.id);
    await desk.act('unlinkIncident', current, { kind: 'RELATED_TO', target: ofB.number });
    expect((await seen(lena)).history).toEqual([...hidden.history, null]);
  });

  test('an agent of two distributors sees each only while acting for it', async () => {
    const ofA = await desk.report();
    const ofB = await desk.report({}, bert);
    const seen = async (...acting: string[]) =>
      Promise.all([ofA, ofB].map(async ({ id }) => done(await desk.ask(agentOf(...acting), BY_ID, { id })) !== null));
    expect(await seen()).toEqual([false, false]);
    expect(await seen(LDC_A)).toEqual([true, false]);
    expect(await seen(LDC_A, LDC_B)).toEqual([true, true]);
  });

  test('an agent’s report names the distributor it is for, and keeps both names', async () => {
    const refused = await desk.ask(
      agentOf(LDC_A),
      'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id } } }',
      { i: REPORT },
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.actingFor' }],
    });
    const made = done(
      await desk.ask(
        agentOf(LDC_A),
        'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { organization { id } requester { principalId actingFor { id } } } } }',
        { i: { ...REPORT, actingFor: 'LDC-001' } },
      ),
    );
    expect(made).toEqual({
      incident: { organization: { id: LDC_A }, requester: { principalId: 'per_aga', actingFor: { id: LDC_A } } },
    });
  });
});

interface Linked {
  links: { target: string | null; incident: { id: string } | null }[];
  history: { nodes: { changes: { from: string | null; to: string | null }[] }[] };
}

describe('safe retries (example 20)', () => {
  const CREATE =
    'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id number version } replayed } }';

  test('three equal requests of a partner at once make one incident and get three equal answers', async () => {
    const i = { ...REPORT, actingFor: LDC_A, idempotencyKey: 'batch-7' };
    const answers = await Promise.all([1, 2, 3].map(() => desk.ask(partner, CREATE, { i })));
    const made = answers.map((answer) => done<{ incident: object; replayed: boolean }>(answer));
    expect(new Set(made.map(({ incident }) => JSON.stringify(incident))).size).toBe(1);
    expect(made.map(({ replayed }) => replayed).sort()).toEqual([false, true, true]);
  });

  test('the same key with another title is refused', async () => {
    const i = { ...REPORT, actingFor: LDC_A, idempotencyKey: 'batch-8' };
    done(await desk.ask(partner, CREATE, { i }));
    const reused = await desk.ask(partner, CREATE, { i: { ...i, title: 'Another' } });
    expect(reused.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('a partner’s write without a key is refused', async () => {
    const answer = await desk.ask(partner, CREATE, { i: { ...REPORT, actingFor: LDC_A } });
    expect(answer.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
  });

  test('a repeated change has one effect and the same answer', async () => {
    const reported = await desk.report();
    const assignment = { ...ASSIGNMENT, impact: 'MEDIUM', urgency: 'MEDIUM', idempotencyKey: 'assign-1' };
    const first = await desk.act('assignIncident', reported, assignment);
    const again = await desk.act('assignIncident', reported, assignment);
    expect(again).toEqual(first);
  });
});

describe('what an answer costs', () => {
  test('fifty incidents that the gateway asks for by id are one question to the store', async () => {
    const { id } = await desk.report();
    const questions = jest.spyOn(desk.service.store.incidents, 'byIds');
    const representations = Array.from({ length: 50 }, () => ({ __typename: 'Incident', id }));
    const query =
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Incident { number links { incident { id } } } } }';
    expect(done<unknown[]>(await desk.ask(sam, query, { r: representations }))).toHaveLength(50);
    expect(questions).toHaveBeenCalledTimes(1);
    questions.mockRestore();
  });

  test('whether links may be seen is one question for all of them, and for a page of history one', async () => {
    const [mine, theirs] = [await desk.report(), await desk.report({}, bert)];
    await desk.act('linkIncident', mine, { kind: 'RELATED_TO', target: theirs.number });
    const { incidents } = desk.service.store;
    const questions = [jest.spyOn(incidents, 'byIds'), jest.spyOn(incidents, 'numbersWithin')];
    const query =
      'query($id: ID!) { incident(id: $id) { links { target incident { id } } history(first: 9) { nodes { changes { to } } } } }';
    done(await desk.ask(lena, query, { id: mine.id }));
    expect(questions.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    for (const question of questions) question.mockRestore();
  });
});

describe('the audit log (example 20)', () => {
  test('verifies for an auditor, and one changed byte names the first bad entry', async () => {
    await desk.report();
    await logged();
    const query = '{ ticketsAudit { verified firstBadPosition } }';
    expect(done(await desk.ask(ada, query))).toEqual({ verified: true, firstBadPosition: null });
    const entries = desk.service.log.entries;
    const entry = await entries.findOne({ _id: 2 });
    await entries.updateOne({ _id: 2 }, { $set: { type: 'incident.closed' } });
    expect(done(await desk.ask(ada, query))).toEqual({ verified: false, firstBadPosition: 2 });
    await entries.updateOne({ _id: 2 }, { $set: { type: entry?.type ?? '' } });
    expect((await desk.ask(lena, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  async function logged(): Promise<void> {
    for (let head = -1, tries = 0; head < 2 && tries < 500; tries++) head = await desk.service.log.head();
  }
});
