import type { Viewer } from '@desk/kit/api/viewer';
import { ada, bert, lena, sam, tess } from '@desk/testkit/people';
import { done, mutationText, refusalIn, type Refused } from '@desk/testkit/subgraph-client';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { agentOf, partner, startDesk, type Desk } from '../tickets.fixture.ts';

const NOW = '2026-12-23T19:00:00.000Z'; // Wednesday, 14:00 in Toronto.
const omar = buildViewer({ id: 'per_omar', memberships: [{ organizationId: 'org_A', roles: ['LDC_ADMIN'] }] });

interface Shown {
  id: string;
  number: string;
  version: number;
  state: string;
  dueAt: string | null;
  breached: boolean;
  closesAt: string | null;
  allowedActions: string[];
  clocks: { kind: string; state: string; dueAt: string | null; outcome: string | null; policy: string }[];
  tasks: { id: string; completedAt: string | null }[];
}
const FIELDS = `id number version state dueAt breached closesAt allowedActions clocks { kind state dueAt outcome policy }
  tasks { id completedAt }`;

const REISSUE = {
  itemId: 'REPORT_REISSUE',
  itemVersion: 1,
  values: [
    { name: 'report', value: 'Daily read status' },
    { name: 'date', value: '2026-12-20' },
  ],
};
const FTS = {
  itemId: 'FTS_ACCOUNT',
  itemVersion: 1,
  values: [
    { name: 'system', value: 'Billing gateway' },
    { name: 'environment', value: 'SANDBOX' },
    { name: 'key', value: 'ssh-ed25519 AAAA' },
  ],
};

let desk: Desk;
const at = (instant: string) => desk.ground.time.set(instant);
const answered = async (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
  done<{ serviceRequest: Shown }>(
    await desk.ask(viewer, mutationText(mutation, `serviceRequest { ${FIELDS} }`), { input }),
  ).serviceRequest;
const submit = (input: Record<string, unknown> = REISSUE, viewer: Viewer = lena) =>
  answered('submitServiceRequest', input, viewer);
/** One mutation of somebody on a request. */
const by =
  (viewer: Viewer) =>
  (mutation: string, { id, version }: Shown, input: Record<string, unknown> = {}) =>
    answered(mutation, { id, expectedVersion: version, ...input }, viewer);
const refused = async (mutation: string, input: Record<string, unknown>, viewer: Viewer): Promise<Refused> =>
  refusalIn(await desk.ask(viewer, mutationText(mutation, '__typename'), { input }));
const on = ({ id, version }: Shown) => ({ id, expectedVersion: version });
const show = async (id: string, viewer: Viewer = sam): Promise<Shown | null> =>
  done(await desk.ask(viewer, `query($id: ID!) { serviceRequest(id: $id) { ${FIELDS} } }`, { id }));
const history = async ({ id }: Shown, viewer: Viewer = sam) => {
  const query = 'query($id: ID!) { serviceRequest(id: $id) { history(first: 100) { nodes { kind at remark } } } }';
  return done<{ history: { nodes: { kind: string; at: string; remark: string | null }[] } }>(
    await desk.ask(viewer, query, { id }),
  ).history.nodes;
};

beforeAll(async () => {
  desk = await startDesk(NOW);
});
afterEach(() => at(NOW));
afterAll(() => desk.service.stop());

describe('worked example 10: over Christmas and Boxing Day', () => {
  test('an approval of 8 hours and a delivery of 16 count by the calendar', async () => {
    const asked = await submit(FTS);
    expect(asked).toMatchObject({ state: 'AWAITING_APPROVAL', dueAt: '2026-12-24T19:00:00.000Z' });
    expect(await refused('approveServiceRequest', on(asked), lena)).toMatchObject({ code: 'FORBIDDEN' });
    at('2026-12-24T16:00:00.000Z');
    const approved = await by(omar)('approveServiceRequest', asked);
    expect(approved).toMatchObject({ state: 'APPROVED', dueAt: '2026-12-30T16:00:00.000Z' });
    expect(approved.clocks).toEqual([
      { kind: 'APPROVAL', state: 'STOP', dueAt: null, outcome: 'MET', policy: 'FTS_ACCOUNT@1' },
      { kind: 'FULFILMENT', state: 'RUN', dueAt: '2026-12-30T16:00:00.000Z', outcome: null, policy: 'FTS_ACCOUNT@1' },
    ]);
    const query = `query($id: ID!) { serviceRequest(id: $id) { explainClock(kind: FULFILMENT) { summary } } }`;
    const { explainClock } = done<{ explainClock: { summary: string } }>(await desk.ask(lena, query, { id: asked.id }));
    expect(explainClock.summary).toContain('Delivery target: 16 h of business time');
    expect(explainClock.summary).toContain('Boxing Day, observed on 28 Dec 2026');
  });
  test('nobody approves what that person asked for, and nobody is offered it', async () => {
    const own = await submit(FTS, omar);
    const other = buildViewer({ id: 'per_other', memberships: [{ organizationId: 'org_A', roles: ['LDC_ADMIN'] }] });
    expect(own.allowedActions).toEqual(['CANCEL', 'COMMENT']);
    expect((await show(own.id, other))?.allowedActions).toEqual(['APPROVE', 'REJECT', 'CANCEL', 'COMMENT']);
    expect(await refused('approveServiceRequest', on(own), omar)).toMatchObject({ code: 'SELF_APPROVAL_FORBIDDEN' });
    expect(await refused('rejectServiceRequest', { ...on(own), reason: 'x' }, omar)).toMatchObject({
      code: 'SELF_APPROVAL_FORBIDDEN',
    });
  });
});

describe('a service request that waits for approval', () => {
  const told = async ({ id }: Shown) => {
    await desk.service.log.drain();
    return desk.service.log.entries.find({ aggregate: id }, { sort: { _id: 1 } }).toArray();
  };
  test('asks for one notice, to those of its organization who approve, which its history does not show', async () => {
    const asked = await submit(FTS);
    const entries = await told(asked);
    expect(entries.map(({ type }) => type)).toEqual(['notice.due', 'service_request.submitted']);
    expect(entries[0]?.data).toEqual({
      subject: { type: 'SERVICE_REQUEST', id: asked.id },
      topic: 'approval_needed',
      audience: { kind: 'ORGANIZATIONS', ids: ['org_A'], roles: ['LDC_ADMIN'] },
      severity: 'INFO',
      mandatory: false,
      stepKey: 'SUBMITTED',
      announces: asked.version,
    });
    expect((await history(asked)).map(({ kind }) => kind)).toEqual(['SUBMITTED']);
  });
  test('is not what one becomes that is approved in advance: nobody is asked', async () => {
    expect((await told(await submit())).map(({ type }) => type)).toEqual(['service_request.submitted']);
  });
});

describe('a service request', () => {
  test('that is approved in advance goes to the SME at once, and is delivered and accepted', async () => {
    const asked = await submit();
    expect(asked).toMatchObject({ state: 'APPROVED', number: expect.stringMatching(/^REQ-\d{6}$/) });
    const working = await by(sam)('startServiceRequest', asked);
    const waiting = await by(sam)('askServiceRequester', working, { question: 'Which file?' });
    expect(waiting).toMatchObject({ state: 'PENDING_CUSTOMER', dueAt: null });
    at('2026-12-24T14:00:00.000Z');
    const answeredOne = await by(lena)('answerServiceRequest', waiting, { answer: 'The first.' });
    // Three of eight hours were left of Wednesday; the wait took them and one more.
    expect(answeredOne).toMatchObject({ state: 'IN_FULFILMENT', dueAt: '2026-12-24T22:00:00.000Z' });
    const delivered = await by(sam)('fulfilServiceRequest', answeredOne, { result: 'It is in your folder.' });
    expect(delivered).toMatchObject({ state: 'FULFILLED', dueAt: null, closesAt: expect.any(String) });
    const again = await by(lena)('reopenServiceRequest', delivered, { reason: 'It is empty.' });
    expect(again).toMatchObject({ state: 'IN_FULFILMENT', closesAt: null, dueAt: '2026-12-24T22:00:00.000Z' });
    const better = await by(sam)('fulfilServiceRequest', again, { result: 'Now it is full.' });
    const closed = await by(lena)('acceptServiceRequest', better);
    expect(closed).toMatchObject({ state: 'CLOSED', closesAt: null, allowedActions: [] });
    expect((await history(closed)).map(({ kind, remark }) => [kind, remark])).toEqual([
      ['SUBMITTED', null],
      ['STARTED', null],
      ['ASKED', 'Which file?'],
      ['ANSWERED', 'The first.'],
      ['FULFILLED', 'It is in your folder.'],
      ['REOPENED', 'It is empty.'],
      ['FULFILLED', 'Now it is full.'],
      ['CLOSED', null],
    ]);
  });
  test('has its tasks done in their order before it is delivered', async () => {
    const approved = await by(omar)('approveServiceRequest', await submit(FTS));
    const working = await by(sam)('startServiceRequest', approved);
    expect(await refused('completeServiceRequestTask', { ...on(working), taskId: 'TRIAL' }, sam)).toMatchObject({
      fields: [{ path: 'input.taskId', code: 'NOT_ALLOWED' }],
    });
    expect(await refused('fulfilServiceRequest', { ...on(working), result: 'x' }, sam)).toMatchObject({
      fields: [{ path: 'input.id', code: 'NOT_ALLOWED' }],
    });
    let request = working;
    for (const taskId of ['CHECK', 'ACCOUNT', 'TRIAL'])
      request = await by(sam)('completeServiceRequestTask', request, { taskId });
    expect(request.tasks.every(({ completedAt }) => completedAt === NOW)).toBe(true);
    expect(request.allowedActions).not.toContain('COMPLETE_TASK');
    expect(await by(sam)('fulfilServiceRequest', request, { result: 'Done.' })).toMatchObject({ state: 'FULFILLED' });
  });
  test('is accepted by time, after 40 business hours, at that instant', async () => {
    const delivered = await by(sam)('fulfilServiceRequest', await by(sam)('startServiceRequest', await submit()), {
      result: 'Sent.',
    });
    const { closesAt } = delivered;
    at('2027-02-01T15:00:00.000Z');
    expect(await refused('reopenServiceRequest', { ...on(delivered), reason: 'x' }, lena)).toMatchObject({
      code: expect.stringMatching(/WINDOW_CLOSED|ILLEGAL_TRANSITION|CONFLICT/),
    });
    for (let state = ''; state !== 'CLOSED';) state = (await show(delivered.id))?.state ?? '';
    expect((await history(delivered)).at(-1)).toMatchObject({ kind: 'CLOSED', at: closesAt });
  });
  test('that is late says so once, at the instant that was due', async () => {
    const asked = await submit();
    at('2026-12-31T15:00:00.000Z');
    for (let breached = false; !breached;) breached = (await show(asked.id))?.breached ?? false;
    const told = (await history(asked)).filter(({ kind }) => kind.startsWith('CLOCK'));
    expect(told.map(({ kind }) => kind)).toEqual(['CLOCK_WARNED', 'CLOCK_WARNED', 'CLOCK_WARNED', 'CLOCK_BREACHED']);
    expect(told.at(-1)?.at).toBe(asked.dueAt);
  });
  test('can be rejected by its organization, failed by the SME, and withdrawn before its work begins', async () => {
    const rejected = await by(omar)('rejectServiceRequest', await submit(FTS), { reason: 'We have one.' });
    expect(rejected).toMatchObject({ state: 'REJECTED', dueAt: null });
    expect(rejected.allowedActions).toEqual([]);
    const failed = await by(sam)('failServiceRequest', await submit(), { reason: 'The day was not kept.' });
    expect(failed).toMatchObject({ state: 'FAILED' });
    const withdrawn = await by(lena)('cancelServiceRequest', await submit(), { reason: 'Found it.' });
    expect(withdrawn.clocks).toMatchObject([{ outcome: 'CANCELLED' }]);
    const working = await by(sam)('startServiceRequest', await submit());
    expect(await refused('cancelServiceRequest', { ...on(working), reason: 'x' }, lena)).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    });
  });
});

describe('a form', () => {
  test('is refused with all its problems at once', async () => {
    const input = {
      ...FTS,
      values: [
        { name: 'environment', value: 'MOON' },
        { name: 'colour', value: 'red' },
        { name: 'environment', value: 'SANDBOX' },
      ],
    };
    expect(await refused('submitServiceRequest', input, lena)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.values.1.name', code: 'UNKNOWN_CODE' },
        { path: 'input.values.2.name', code: 'ALREADY_THERE' },
        { path: 'input.values', code: 'MISSING_ENTRY', args: { value: 'system' } },
        { path: 'input.values.0.value', code: 'UNKNOWN_CODE' },
        { path: 'input.values', code: 'MISSING_ENTRY', args: { value: 'key' } },
      ],
    });
    const noDay = { ...REISSUE, values: [REISSUE.values[0], { name: 'date', value: '2026-02-30' }] };
    expect(await refused('submitServiceRequest', noDay, lena)).toMatchObject({
      fields: [{ path: 'input.values.1.value', code: 'INVALID_TIME' }],
    });
    const noYear = { ...REISSUE, values: [REISSUE.values[0], { name: 'date', value: '9999-12-31' }] };
    expect(await refused('submitServiceRequest', noYear, lena)).toMatchObject({
      fields: [{ path: 'input.values.1.value', code: 'OUT_OF_RANGE', args: { min: '1970-01-01', max: '2100-01-01' } }],
    });
    expect(await refused('submitServiceRequest', { ...REISSUE, itemId: 'NONE' }, lena)).toMatchObject({
      fields: [{ path: 'input.itemId', code: 'UNKNOWN_CODE' }],
    });
    expect(await refused('submitServiceRequest', { ...REISSUE, itemVersion: 9 }, lena)).toMatchObject({
      fields: [{ path: 'input.itemVersion', code: 'OUT_OF_RANGE' }],
    });
  });
  test('under the same key is sent once', async () => {
    const request = { input: { ...REISSUE, idempotencyKey: 'asked' } };
    const text = mutationText('submitServiceRequest', 'replayed version serviceRequest { id }');
    const first = done(await desk.ask(lena, text, request));
    expect(done(await desk.ask(lena, text, request))).toEqual({ ...(first as object), replayed: true });
  });
});

describe('who may what', () => {
  test('a request is its organization’s: foreign is as absent', async () => {
    const asked = await submit();
    for (const viewer of [lena, omar, sam, ada, agentOf('org_A'), partner])
      expect(await show(asked.id, viewer)).toMatchObject({ id: asked.id });
    expect(await show(asked.number, bert)).toBeNull();
    const foreign = await refused('acceptServiceRequest', on(asked), bert);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused('acceptServiceRequest', { ...on(asked), id: 'REQ-999999' }, bert)).toEqual(foreign);
    expect(await show(asked.id, ada)).toMatchObject({ allowedActions: [] });
    expect(await show(asked.id, lena)).toMatchObject({ allowedActions: ['CANCEL', 'COMMENT'] });
    expect(await show(asked.id, sam)).toMatchObject({ allowedActions: ['START', 'FAIL', 'COMMENT', 'NOTE'] });
  });
  test('services are asked for by distributors and those who act for them', async () => {
    expect(await submit({ ...REISSUE, actingFor: 'LDC-001' }, agentOf('org_A'))).toMatchObject({ state: 'APPROVED' });
    expect(await submit({ ...REISSUE, actingFor: 'LDC-002' }, sam)).toMatchObject({ state: 'APPROVED' });
    expect(await refused('submitServiceRequest', REISSUE, agentOf('org_A'))).toMatchObject({
      fields: [{ path: 'input.actingFor', code: 'REQUIRED' }],
    });
    expect(await refused('submitServiceRequest', { ...REISSUE, actingFor: 'LDC-002' }, lena)).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refused('submitServiceRequest', { ...REISSUE, actingFor: 'LDC-001' }, ada)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refused('submitServiceRequest', REISSUE, tess)).toMatchObject({ fields: [{ code: 'INACTIVE' }] });
    expect(await refused('submitServiceRequest', { ...REISSUE, actingFor: 'SME' }, sam)).toMatchObject({
      fields: [{ code: 'WRONG_KIND' }],
    });
  });
  test('notes stay with the staff', async () => {
    const asked = await submit();
    const note = { id: asked.id, text: 'Ask the storage team.' };
    done(await desk.ask(sam, mutationText('addServiceRequestInternalNote', 'internalNote { id }'), { input: note }));
    done(await desk.ask(lena, mutationText('addServiceRequestComment', 'comment { id }'), { input: note }));
    const query = `query($id: ID!) { serviceRequest(id: $id) { comments(first: 9) { totalCount } internalNotes(first: 9) { totalCount } } }`;
    const seen = async (viewer: Viewer) => done(await desk.ask(viewer, query, { id: asked.id }));
    expect(await seen(sam)).toEqual({ comments: { totalCount: 1 }, internalNotes: { totalCount: 1 } });
    expect(await seen(lena)).toEqual({ comments: { totalCount: 1 }, internalNotes: { totalCount: 0 } });
    expect((await history(asked, lena)).map(({ kind }) => kind)).toEqual(['SUBMITTED', 'COMMENTED']);
    expect(await refused('addServiceRequestInternalNote', note, lena)).toMatchObject({ code: 'FORBIDDEN' });
  });
  test('an incident names a request only to those who see the request', async () => {
    const asked = await submit({ ...REISSUE, actingFor: 'LDC-002' }, sam);
    const incident = await desk.report();
    await desk.act('linkIncident', incident, { kind: 'RELATED_TO', target: asked.number });
    const query =
      'query($id: ID!) { incident(id: $id) { links { target } history(last: 1) { nodes { changes { to } } } } }';
    const seen = async (viewer: Viewer) => done(await desk.ask(viewer, query, { id: incident.id }));
    const named = (to: string | null) => ({ links: [{ target: to }], history: { nodes: [{ changes: [{ to }] }] } });
    expect([await seen(sam), await seen(lena)]).toEqual([named(asked.number), named(null)]);
    expect(
      await desk.refusal('linkIncident', await desk.show(incident.id), { kind: 'RELATED_TO', target: 'REQ-999999' }),
    ).toMatchObject({
      fields: [{ path: 'input.target', code: 'NO_SUCH_RECORD' }],
    });
  });
});
