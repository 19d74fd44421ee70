import { setImmediate } from 'node:timers/promises';
import { ada, bert, lena, rae, sam } from '@desk/testkit/people';
import { done, mutationText } from '@desk/testkit/subgraph-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ASSESSMENT,
  DECLARATION,
  REPORT,
  agentOf,
  partner,
  root,
  startDesk,
  type Desk,
  type Shown,
} from '../continuity.fixture.ts';

const NOW = '2026-03-02T14:00:00.000Z';
const POTENTIAL = 'POTENTIAL_BUSINESS_INTERRUPTION_EVENT';
const INTERRUPTION = 'BUSINESS_INTERRUPTION_EVENT';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(NOW);
});
afterEach(() => desk.ground.time.set(NOW));
afterAll(() => desk.service.stop());

const on = ({ id, version }: Shown) => ({ id, expectedVersion: version });
const events = async () => {
  await desk.service.log.drain();
  return desk.service.log.head();
};

describe('worked example 1: an estimate of 20 hours becomes one of 30', () => {
  test('is told once, and the same estimate again is not told', async () => {
    const declared = await desk.declare();
    expect(declared).toMatchObject({ stage: 'INITIAL_RESPONSE', classification: POTENTIAL, impactLevel: 4 });
    const raised = await desk.act('updateContinuityEstimate', declared, { expectedOutage: 'PT30H' });
    expect(raised).toMatchObject({ classification: INTERRUPTION, peakClassification: INTERRUPTION });
    const before = await events();
    const again = await desk.act('updateContinuityEstimate', raised, { expectedOutage: 'PT30H' });
    expect(again).toEqual(raised);
    expect(await events()).toBe(before);
    expect((await desk.timeline(raised)).filter(({ kind }) => kind === 'ESTIMATED')).toEqual([
      {
        kind: 'ESTIMATED',
        remark: null,
        changes: expect.arrayContaining([
          { field: 'expectedOutage', from: 'PT20H', to: 'PT30H' },
          { field: 'classification', from: POTENTIAL, to: INTERRUPTION },
        ]),
      },
    ]);
  });
});

describe('worked example 2: exactly 24 hours are not more than 24 hours', () => {
  test.each([
    ['PT23H59M59S', POTENTIAL],
    ['PT24H', POTENTIAL],
    ['PT24H0M1S', INTERRUPTION],
  ])('%s is %s', async (expectedOutage, classification) => {
    expect(await desk.declare({ expectedOutage })).toMatchObject({
      classification,
      peakClassification: classification,
    });
  });
  test.each(['PT0S', '-PT1H'])('%s is refused, and nothing is stored', async (expectedOutage) => {
    const before = await events();
    const refused = await desk.refusal('declareContinuityEvent', { ...DECLARATION, expectedOutage });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await events()).toBe(before);
  });
});

describe('worked example 5: what business continuity covers', () => {
  test('a distributor’s own system is its own concern', async () => {
    const before = await events();
    const input = { ...DECLARATION, environment: 'RECIPIENT_SYSTEM', affectedOrganizationIds: ['LDC-001'] };
    expect(await desk.refusal('declareContinuityEvent', input)).toMatchObject({
      code: 'OUT_OF_SCOPE',
      redirect: { party: 'LDC-001', suggestedTicketType: null },
    });
    expect(await events()).toBe(before);
  });
  test.each(['SANDBOX', 'QA'])('%s is an incident', async (environment) => {
    expect(await desk.refusal('declareContinuityEvent', { ...DECLARATION, environment })).toMatchObject({
      code: 'OUT_OF_SCOPE',
      redirect: { suggestedTicketType: 'INCIDENT' },
    });
  });
  test('disaster recovery is covered', async () => {
    expect(await desk.declare({ environment: 'DISASTER_RECOVERY' })).toMatchObject({ stage: 'INITIAL_RESPONSE' });
  });
});

describe('worked example 6: the order of the stages', () => {
  test('a move that does not exist names those that do', async () => {
    const event = await desk.declare();
    expect(await desk.refusal('moveContinuityEvent', { ...on(event), to: 'RESTORATION' })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      allowedStages: ['RECOVERY', 'CLOSED'],
    });
    const closed = await desk.act('moveContinuityEvent', event, { to: 'CLOSED', reason: 'A false alarm.' });
    expect(await desk.refusal('moveContinuityEvent', { ...on(closed), to: 'RECOVERY' })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      allowedStages: [],
    });
  });
  test('of two who move it at once, one does', async () => {
    const ready = await desk.assessed(await desk.declare({ expectedOutage: 'PT30H' }));
    const text = mutationText('moveContinuityEvent', 'version');
    const input = { ...on(ready), to: 'RECOVERY' };
    const answers = await Promise.all([desk.ask(rae, text, { input }), desk.ask(root, text, { input })]);
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'DONE');
    expect(codes.sort()).toEqual(['CONFLICT', 'DONE']);
    expect((await desk.timeline(ready)).filter(({ kind }) => kind === 'MOVED')).toHaveLength(1);
  });
});

const notices = async () => {
  await desk.service.log.drain();
  return desk.service.log.entries.find({ type: 'notice.due' }, { sort: { _id: 1 } }).toArray();
};

describe('a declaration', () => {
  test('asks for a notice to every distributor, or to those that it names, right before its own event', async () => {
    const event = await desk.declare();
    const [notice] = (await notices()).slice(-1);
    expect(notice).toMatchObject({
      aggregate: event.id,
      eventVersion: 1,
      seq: 1,
      data: {
        topic: 'continuity_declared',
        subject: { type: 'CONTINUITY_EVENT', id: event.id },
        audience: { kind: 'ALL_LDCS' },
        severity: 'CRITICAL',
        mandatory: true,
        stepKey: 'DECLARED',
        announces: 2,
        published: true,
      },
    });
    expect(event.version).toBe(2);
    expect((await desk.timeline(event)).map(({ kind }) => kind)).toEqual(['DECLARED']);
    await desk.declare({ affectedOrganizationIds: ['LDC-001'], kind: 'EXERCISE' });
    expect((await notices()).at(-1)?.data).toMatchObject({
      topic: 'exercise_declared',
      audience: { kind: 'ORGANIZATIONS', ids: ['org_A'] },
      severity: 'INFO',
      mandatory: false,
    });
  });
  test('is numbered by year, and belongs to the SME', async () => {
    const event = await desk.declare();
    expect(event.number).toMatch(/^CE-2026-\d{4}$/);
    expect(event.interruptionAt).toBe('2026-03-03T13:00:00.000Z');
    const byNumber = await desk.show(event.number.toLowerCase());
    expect(byNumber?.id).toBe(event.id);
  });
  test('of a foreseen outage has no beginning', async () => {
    const foreseen = await desk.declare({ stage: 'PLANNING', outageStartedAt: null, expectedOutage: null });
    expect(foreseen).toMatchObject({
      stage: 'PLANNING',
      interruptionAt: null,
      allowedStages: ['INITIAL_RESPONSE', 'CLOSED'],
    });
  });
  test('is refused with all its problems at once', async () => {
    const input = {
      ...DECLARATION,
      stage: 'RECOVERY',
      title: ' ',
      serviceIds: ['NONE'],
      distributorsAffectedPercent: 101,
      outageStartedAt: { instant: '2026-01-02T13:00:00.000Z' },
      affectedOrganizationIds: ['LDC-999'],
    };
    expect(await desk.refusal('declareContinuityEvent', input)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.affectedOrganizationIds.0', code: 'NO_SUCH_RECORD' },
        { path: 'input.serviceIds.0', code: 'UNKNOWN_CODE' },
        { path: 'input.title', code: 'REQUIRED' },
        { path: 'input.distributorsAffectedPercent', code: 'OUT_OF_RANGE' },
        { path: 'input.stage', code: 'NOT_ALLOWED' },
        { path: 'input.outageStartedAt', code: 'OUT_OF_RANGE' },
      ],
    });
  });
  test('names distributors, each once, at most 100', async () => {
    const problems = async (affectedOrganizationIds: string[]) => {
      const refused = await desk.refusal('declareContinuityEvent', { ...DECLARATION, affectedOrganizationIds });
      return (refused['fields'] as { path: string; code: string }[]).map(({ path, code }) => [path, code]);
    };
    const list = 'input.affectedOrganizationIds';
    expect(await problems(['LDC-001', 'ldc-001', 'org_A', 'SME'])).toEqual([
      [`${list}.3`, 'WRONG_KIND'],
      [`${list}.1`, 'ALREADY_THERE'],
      [`${list}.2`, 'ALREADY_THERE'],
    ]);
    expect(await problems([])).toEqual([[list, 'TOO_FEW']]);
    expect((await problems(Array.from({ length: 101 }, () => 'LDC-001')))[0]).toEqual([list, 'TOO_MANY']);
  });
  test('is refused to everybody but the SME’s continuity managers', async () => {
    for (const viewer of [lena, sam, ada, agentOf('org_A')])
      expect(await desk.refusal('declareContinuityEvent', DECLARATION, viewer)).toMatchObject({ code: 'FORBIDDEN' });
  });
  test('under the same key is made once', async () => {
    const request = { input: { ...DECLARATION, idempotencyKey: 'declared' } };
    const text = mutationText('declareContinuityEvent', 'replayed version continuityEvent { id }');
    const first = done(await desk.ask(rae, text, request));
    expect(done(await desk.ask(rae, text, request))).toEqual({ ...(first as object), replayed: true });
  });
});

describe('the 24-hour line', () => {
  test('is crossed by time alone, at its instant', async () => {
    const event = await desk.declare({ expectedOutage: null });
    expect(event).toMatchObject({ classification: POTENTIAL, impactLevel: 4 });
    desk.ground.time.set('2026-03-03T13:00:00.000Z');
    expect(await desk.show(event.id)).toMatchObject({ classification: POTENTIAL });
    desk.ground.time.set('2026-03-03T15:00:00.000Z');
    const crossed = await reach(event, ({ classification }) => classification === INTERRUPTION);
    expect(crossed.peakClassification).toBe(INTERRUPTION);
    const query = `query($id: ID!) { continuityEvent(id: $id) { timeline(last: 1) { nodes { kind at } } } }`;
    const { timeline } = done<{ timeline: { nodes: unknown[] } }>(await desk.ask(rae, query, { id: event.id }));
    expect(timeline.nodes).toEqual([{ kind: 'CLASSIFIED', at: '2026-03-03T13:00:00.001Z' }]);
  });
  test('leaves the version that people decide on as it is', async () => {
    const event = await desk.declare({ expectedOutage: null });
    desk.ground.time.set('2026-03-03T15:00:00.000Z');
    await reach(event, ({ classification }) => classification === INTERRUPTION);
    expect(await desk.act('assessContinuityImpact', event, ASSESSMENT)).toMatchObject({ classification: INTERRUPTION });
  });
  test('is stepped back over only with a reason, and from recovery on not at all', async () => {
    const event = await desk.assessed(await desk.declare({ expectedOutage: 'PT30H' }));
    const lower = { ...on(event), expectedOutage: 'PT10H' };
    expect(await desk.refusal('updateContinuityEstimate', lower)).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
    const fallen = await desk.act('updateContinuityEstimate', event, {
      expectedOutage: 'PT10H',
      reason: 'A spare part came.',
    });
    expect(fallen).toMatchObject({ classification: POTENTIAL, peakClassification: INTERRUPTION });
    const risen = await desk.act('updateContinuityEstimate', fallen, { expectedOutage: 'PT30H' });
    const recovering = await desk.actAs(root)('moveContinuityEvent', risen, { to: 'RECOVERY' });
    expect(await desk.act('updateContinuityEstimate', recovering, { expectedOutage: 'PT10H' })).toMatchObject({
      classification: INTERRUPTION,
      expectedOutage: 'PT10H',
    });
  });
});

describe('recovery', () => {
  test('waits for an approved assessment, a response, and the line or a decision', async () => {
    const event = await desk.declare();
    expect(await desk.refusal('moveContinuityEvent', { ...on(event), to: 'RECOVERY' })).toMatchObject({
      code: 'EXIT_CRITERIA_NOT_MET',
      missing: ['IMPACT_APPROVED', 'RESPONSE_CHOSEN', 'INTERRUPTION_OR_ACTIVATION'],
    });
    const approved = await desk.assessed(event);
    expect(approved.exitCriteria).toEqual([
      { code: 'IMPACT_APPROVED', met: true },
      { code: 'RESPONSE_CHOSEN', met: true },
      { code: 'INTERRUPTION_OR_ACTIVATION', met: false },
    ]);
    const activated = await desk.act('activateContinuityEvent', approved, {
      reason: 'The spare part is two days away.',
    });
    expect(activated.allowedStages).toEqual(['CLOSED']);
    expect((await desk.show(activated.id, root))?.allowedStages).toEqual(['RECOVERY', 'CLOSED']);
    expect(await desk.refusal('moveContinuityEvent', { ...on(activated), to: 'RECOVERY' })).toMatchObject({
      code: 'SELF_APPROVAL_FORBIDDEN',
    });
    expect(await desk.actAs(root)('moveContinuityEvent', activated, { to: 'RECOVERY' })).toMatchObject({
      stage: 'RECOVERY',
      classification: POTENTIAL,
    });
  });
  test('does not begin on one person’s estimate: another person begins it, approves the impact anew, or estimates the same', async () => {
    const raised = async () =>
      desk.act('updateContinuityEstimate', await desk.assessed(await desk.declare()), { expectedOutage: 'PT30H' });
    const recover = { to: 'RECOVERY' };
    const event = await raised();
    expect(event).toMatchObject({ classification: INTERRUPTION, allowedStages: ['CLOSED'] });
    expect(await desk.refusal('moveContinuityEvent', { ...on(event), ...recover })).toMatchObject({
      code: 'SELF_APPROVAL_FORBIDDEN',
    });
    expect(await desk.actAs(root)('moveContinuityEvent', event, recover)).toMatchObject({ stage: 'RECOVERY' });
    const approved = await desk.assessed(await raised());
    expect(await desk.act('moveContinuityEvent', approved, recover)).toMatchObject({ stage: 'RECOVERY' });
    const shared = await desk.actAs(root)('updateContinuityEstimate', await raised(), { expectedOutage: 'PT36H' });
    expect(await desk.act('moveContinuityEvent', shared, recover)).toMatchObject({ stage: 'RECOVERY' });
  });
  test('does not begin on one person’s beginning of the outage, after an approval in planning', async () => {
    const approved = await desk.assessed(
      await desk.declare({ stage: 'PLANNING', outageStartedAt: null, expectedOutage: null }),
    );
    const begun = await desk.act('moveContinuityEvent', approved, {
      to: 'INITIAL_RESPONSE',
      precautionsReviewed: true,
      outageStartedAt: { instant: '2026-03-01T12:00:00.000Z' },
    });
    expect(begun.classification).toBe(INTERRUPTION);
    expect(await desk.refusal('moveContinuityEvent', { ...on(begun), to: 'RECOVERY' })).toMatchObject({
      code: 'SELF_APPROVAL_FORBIDDEN',
    });
  });
  test('begins on an estimate that time has borne out', async () => {
    const approved = await desk.assessed(await desk.declare());
    const event = await desk.act('updateContinuityEstimate', approved, { expectedOutage: 'PT30H' });
    desk.ground.time.set('2026-03-03T13:00:00.001Z');
    expect(await desk.act('moveContinuityEvent', event, { to: 'RECOVERY' })).toMatchObject({ stage: 'RECOVERY' });
  });
  test('is approved by another person than the one who assessed, and a new assessment needs a new approval', async () => {
    const made = await desk.act('assessContinuityImpact', await desk.declare(), ASSESSMENT);
    expect(made.allowedActions).not.toContain('APPROVE_IMPACT');
    expect((await desk.show(made.id, root))?.allowedActions).toContain('APPROVE_IMPACT');
    expect(await desk.refusal('approveContinuityImpact', on(made))).toMatchObject({ code: 'SELF_APPROVAL_FORBIDDEN' });
    const approved = await desk.actAs(root)('approveContinuityImpact', made);
    const anew = await desk.act('assessContinuityImpact', approved, { ...ASSESSMENT, overrideLevel: 2 });
    expect(anew).toMatchObject({ impactLevel: 2, exitCriteria: [{ code: 'IMPACT_APPROVED', met: false }, {}, {}] });
    expect(
      await desk.refusal('assessContinuityImpact', { ...on(anew), ...ASSESSMENT, overrideLevel: 5 }),
    ).toMatchObject({
      fields: [{ path: 'input.overrideLevel', code: 'OUT_OF_RANGE' }],
    });
  });
});

describe('the way through the stages', () => {
  test('leads from planning to a normal operation at the other site, and back where it fails', async () => {
    const foreseen = await desk.declare({ stage: 'PLANNING', outageStartedAt: null });
    expect(await desk.refusal('moveContinuityEvent', { ...on(foreseen), to: 'INITIAL_RESPONSE' })).toMatchObject({
      code: 'EXIT_CRITERIA_NOT_MET',
      missing: ['PRECAUTIONS_REVIEWED', 'OUTAGE_STARTED'],
    });
    const begun = await desk.act('moveContinuityEvent', foreseen, {
      to: 'INITIAL_RESPONSE',
      precautionsReviewed: true,
      outageStartedAt: { instant: '2026-03-01T12:00:00.000Z' },
    });
    expect(begun).toMatchObject({ classification: INTERRUPTION, stage: 'INITIAL_RESPONSE' });
    const recovering = await desk.act('moveContinuityEvent', await desk.assessed(begun), { to: 'RECOVERY' });
    expect(await desk.refusal('moveContinuityEvent', { ...on(recovering), to: 'INITIAL_RESPONSE' })).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
    const restoring = await desk.act('moveContinuityEvent', recovering, { to: 'RESTORATION' });
    expect(restoring.restoredAt).toBe(NOW);
    const failed = await desk.act('moveContinuityEvent', restoring, {
      to: 'RECOVERY',
      reason: 'The second array failed.',
    });
    expect(failed.restoredAt).toBeNull();
    const again = await desk.act('moveContinuityEvent', failed, { to: 'RESTORATION' });
    const atOtherSite = {
      ...on(again),
      to: 'CLOSED',
      reason: 'We stay.',
      operatingSite: 'ALTERNATE',
      highAvailability: true,
    };
    expect(await desk.refusal('moveContinuityEvent', atOtherSite)).toMatchObject({
      code: 'RESTORATION_CRITERIA_NOT_MET',
      missing: ['DR_PROTECTION'],
    });
    const { id: _id, expectedVersion: _version, ...rest } = atOtherSite;
    const closed = await desk.act('moveContinuityEvent', again, { ...rest, drProtection: true });
    expect(closed).toMatchObject({
      stage: 'CLOSED',
      operatingSite: 'ALTERNATE',
      allowedActions: [],
      allowedStages: [],
    });
    expect((await desk.timeline(closed)).map(({ kind }) => kind)).toEqual([
      'DECLARED',
      'MOVED',
      'ASSESSED',
      'IMPACT_APPROVED',
      ...Array.from({ length: 5 }, () => 'MOVED'),
    ]);
  });
  test('takes only what belongs to the move', async () => {
    const event = await desk.declare();
    const input = { ...on(event), to: 'CLOSED', reason: 'x', operatingSite: 'PRIMARY', precautionsReviewed: true };
    expect(await desk.refusal('moveContinuityEvent', input)).toMatchObject({
      fields: [
        { path: 'input.precautionsReviewed', code: 'NOT_APPLICABLE' },
        { path: 'input.operatingSite', code: 'NOT_APPLICABLE' },
      ],
    });
  });
});

describe('the timeline', () => {
  test('takes an entry of the staff, with when it happened', async () => {
    const event = await desk.declare();
    const entry = { text: 'The supplier was called.', occurredAt: { instant: '2026-03-02T13:20:00.000Z' } };
    const { id } = event;
    done(await desk.ask(sam, mutationText('addContinuityEntry', 'version'), { input: { id, ...entry } }));
    const query = `query($id: ID!) { continuityEvent(id: $id) { timeline(last: 1) { nodes { kind at occurredAt remark } } } }`;
    const { timeline } = done<{ timeline: { nodes: unknown[] } }>(await desk.ask(lena, query, { id: event.id }));
    expect(timeline.nodes).toEqual([
      { kind: 'ENTERED', at: NOW, occurredAt: '2026-03-02T13:20:00.000Z', remark: 'The supplier was called.' },
    ]);
    const later = { id, text: 'x', occurredAt: { instant: '2026-03-02T14:20:00.000Z' } };
    expect(await desk.refusal('addContinuityEntry', later)).toMatchObject({
      fields: [{ path: 'input.occurredAt', code: 'OUT_OF_RANGE' }],
    });
    expect(await desk.refusal('addContinuityEntry', { id, text: 'x' }, lena)).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('a situation report', () => {
  test('that must be acknowledged asks for a notice, to those who may acknowledge it', async () => {
    const event = await desk.declare();
    const reportId = await desk.report(event);
    const notice = (await notices()).at(-1);
    expect(notice).toMatchObject({ aggregate: reportId, seq: 1 });
    expect(notice?.data).toEqual({
      topic: 'report_to_acknowledge',
      subject: { type: 'CONTINUITY_EVENT', id: event.id },
      audience: { kind: 'ORGANIZATIONS', ids: ['org_A', 'org_B'], roles: ['LDC_USER', 'LDC_ADMIN'] },
      severity: 'WARNING',
      mandatory: true,
      stepKey: `REPORTED ${reportId}`,
      announces: 2,
      published: true,
    });
    expect((await desk.timeline(event)).map(({ kind }) => kind)).toEqual(['DECLARED', 'REPORTED']);
  });
  test('of an exercise is for information, and one that needs no acknowledgement asks for no notice', async () => {
    const exercise = await desk.declare({ kind: 'EXERCISE' });
    await desk.report(exercise);
    expect((await notices()).at(-1)?.data).toMatchObject({ severity: 'INFO', mandatory: false });
    const asked = (await notices()).length;
    await desk.report(exercise, { requiresAcknowledgement: false });
    expect(await notices()).toHaveLength(asked);
  });
  test('goes to every distributor that is active, and each counts once', async () => {
    const reportId = await desk.report(await desk.declare(), { french: 'Veuillez retenir vos demandes.' });
    expect(await desk.tally(reportId)).toMatchObject({ organizationsTotal: 2, organizationsAcknowledged: 0 });
    expect(await desk.acknowledge(reportId, lena)).toEqual({ replayed: false });
    expect(await desk.acknowledge(reportId, lena)).toEqual({ replayed: true });
    expect(await desk.acknowledge(reportId, agentOf('org_A'), { actingFor: 'LDC-001' })).toEqual({ replayed: false });
    expect(await desk.tally(reportId)).toEqual({
      organizationsTotal: 2,
      organizationsAcknowledged: 1,
      outstanding: [{ id: 'org_B' }],
      mayAcknowledgeFor: [],
    });
  });
  test('shows a distributor nothing of the others', async () => {
    const event = await desk.declare();
    const reportId = await desk.report(event);
    await desk.acknowledge(reportId, lena);
    expect(await desk.tally(reportId, bert)).toEqual({
      organizationsTotal: 1,
      organizationsAcknowledged: 0,
      outstanding: [{ id: 'org_B' }],
      mayAcknowledgeFor: [{ id: 'org_B' }],
    });
    const query = `query($id: ID!) { continuityEvent(id: $id) { reports(first: 5) { nodes {
      place acknowledgements(first: 5) { totalCount nodes { organization { id } } }
    } } } }`;
    const seenBy = async (viewer: typeof bert) =>
      done<{ reports: { nodes: unknown[] } }>(await desk.ask(viewer, query, { id: event.id })).reports.nodes;
    expect(await seenBy(bert)).toEqual([{ place: 1, acknowledgements: { totalCount: 0, nodes: [] } }]);
    const own = { totalCount: 1, nodes: [{ organization: { id: 'org_A' } }] };
    expect(await seenBy(lena)).toEqual([{ place: 1, acknowledgements: own }]);
    const kinds = async (viewer: typeof bert) => (await desk.timeline(event, viewer)).map(({ kind }) => kind);
    expect(await kinds(bert)).toEqual(['DECLARED', 'REPORTED']);
    expect(await kinds(lena)).toEqual(['DECLARED', 'REPORTED', 'ACKNOWLEDGED']);
    await desk.service.log.drain();
    expect(await kinds(bert)).toEqual(['DECLARED', 'REPORTED']);
  });
  test('is acknowledged by people of the roster, for organizations that let them', async () => {
    const reportId = await desk.report(await desk.declare());
    const refused = (viewer: typeof bert, input = {}) =>
      desk.refusal('acknowledgeSituationReport', { id: reportId, ...input }, viewer);
    expect(await refused(sam)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused(agentOf('org_A'))).toMatchObject({ fields: [{ path: 'input.actingFor', code: 'REQUIRED' }] });
    expect(await refused(lena, { actingFor: 'LDC-002' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused(partner, { actingFor: 'LDC-001' })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REQUIRED' });
    const unknown = { id: `sit_${'0'.repeat(26)}` };
    expect(await refused(lena, unknown)).toMatchObject({ code: 'NOT_FOUND' });
    const quiet = await desk.report(await desk.declare(), { requiresAcknowledgement: false });
    expect(await refused(lena, { id: quiet })).toMatchObject({ fields: [{ path: 'input.id', code: 'NOT_ALLOWED' }] });
  });
  test('is published by continuity managers, of events that are not over, once under one key', async () => {
    const event = await desk.declare();
    expect(await desk.refusal('publishSituationReport', { id: event.id, ...REPORT }, lena)).toMatchObject({
      code: 'FORBIDDEN',
    });
    const keyed = { idempotencyKey: 'report' };
    const first = await desk.report(event, keyed);
    const closed = await desk.act('moveContinuityEvent', event, { to: 'CLOSED', reason: 'A false alarm.' });
    expect(await desk.report(event, keyed)).toBe(first);
    expect(await desk.refusal('publishSituationReport', { id: closed.id, ...REPORT })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    });
  });
});

describe('who sees continuity events', () => {
  test('is everybody who reaches an organization', async () => {
    const event = await desk.declare();
    for (const viewer of [lena, bert, sam, ada, agentOf('org_A'), partner])
      expect(await desk.show(event.id, viewer)).toMatchObject({ id: event.id });
    expect(await desk.show(event.id, agentOf())).toMatchObject({ id: event.id });
    expect(await desk.show(event.id, lena)).toMatchObject({ allowedActions: [], allowedStages: [] });
  });
  test('counts and lists them by stage and classification', async () => {
    const query = `query($filter: ContinuityEventFilter) { continuityEvents(first: 100, filter: $filter) { totalCount nodes { stage } } }`;
    const found = done<{ totalCount: number; nodes: { stage: string }[] }>(
      await desk.ask(lena, query, { filter: { stage: ['CLOSED'], kind: ['ACTUAL'] } }),
    );
    expect(found.totalCount).toBe(found.nodes.length);
    expect(new Set(found.nodes.map(({ stage }) => stage))).toEqual(new Set(['CLOSED']));
  });
});

/** Asks until the timers have come to an event. */
async function reach(event: Shown, holds: (shown: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const shown = await desk.show(event.id);
    if (shown && holds(shown)) return shown;
    await setImmediate();
  }
}
