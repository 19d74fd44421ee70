import { ada, bert, lena, rae, sam } from '@desk/testkit/people';
import { done, mutationText, refusalIn } from '@desk/testkit/subgraph-client';
import type { Viewer } from '@desk/kit/api/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { agentOf, startDesk, type Desk } from '../tickets.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk('2026-06-29T14:00:00Z');
});
afterAll(() => desk.service.stop());

interface Shown {
  id: string;
  number: string;
  version: number;
  title: string;
  state: string;
  allowedActions: string[];
  publishedAt: string | null;
}

const FIELDS = 'id number version title state allowedActions publishedAt';
const OPENED = { title: 'LDC-001: responses are doubled', description: 'Batch 88 ran twice.', serviceId: 'BILLING' };
const PUBLIC = { publicTitle: 'Doubled responses', publicStatus: 'Keep the first response of each request.' };
const DIAGNOSIS = { symptom: 'Two responses.', rootCause: 'The queue repeats.', affectedVersions: '4.2 and later' };

const open = async (input: object = {}): Promise<Shown> =>
  done<{ problem: Shown }>(
    await desk.ask(sam, mutationText('openProblem', `problem { ${FIELDS} }`), { input: { ...OPENED, ...input } }),
  ).problem;
const on = ({ id, version }: Pick<Shown, 'id' | 'version'>) => ({ id, expectedVersion: version });
const act = async (mutation: string, problem: Shown, input: object = {}): Promise<Shown> =>
  done<{ problem: Shown }>(
    await desk.ask(sam, mutationText(mutation, `problem { ${FIELDS} }`), { input: { ...on(problem), ...input } }),
  ).problem;
const refusal = async (mutation: string, input: object, viewer: Viewer = sam) =>
  refusalIn(await desk.ask(viewer, mutationText(mutation, 'problem { id }'), { input: { ...input } }));
const show = async <T = Shown>(id: string, viewer: Viewer = sam, fields = FIELDS): Promise<T | null> =>
  done<T | null>(await desk.ask(viewer, `query($id: ID!) { problem(id: $id) { ${fields} } }`, { id }));
const numbers = async (filter: object = {}, viewer: Viewer = sam): Promise<string[]> => {
  const query = 'query($filter: ProblemFilter) { problems(first: 100, filter: $filter) { nodes { number } } }';
  return done<{ nodes: Shown[] }>(await desk.ask(viewer, query, { filter })).nodes.map(({ number }) => number);
};
const history = async (id: string, viewer: Viewer = sam) => {
  const shown = await show<{ history: { nodes: { kind: string; remark: string | null }[] } }>(
    id,
    viewer,
    'history(first: 100) { nodes { kind remark } }',
  );
  return shown?.history.nodes ?? [];
};
const investigated = async (): Promise<Shown> => {
  const assigned = await act('assignProblem', await open(), { ownerId: 'per_sam' });
  const assessed = await act('assessProblem', assigned);
  return act('investigateProblem', assessed, { trendNote: 'Three times this week.' });
};
const inFix = async (input: object = { change: 'chg-12' }) => act('startProblemFix', await investigated(), input);

describe('a new problem', () => {
  test('is the SME’s, in the state NEW, with its event', async () => {
    const problem = await open();
    expect(problem).toMatchObject({ number: expect.stringMatching(/^PRB-\d{6}$/), version: 1, state: 'NEW' });
    expect(await history(problem.id)).toEqual([{ kind: 'OPENED', remark: null }]);
  });

  test('opened from an incident is linked to it as its cause, once', async () => {
    const incident = await desk.report();
    const input = { incidentId: incident.number, idempotencyKey: 'from an incident' };
    const problem = await open(input);
    expect(await open(input)).toMatchObject({ id: problem.id });
    const linked = await desk.until(incident, ({ links }) => links.length > 0);
    expect(linked.links).toEqual([{ kind: 'CAUSED_BY_PROBLEM', target: problem.number }]);
    const shown = await show<{ incidents: { nodes: { number: string }[]; totalCount: number } }>(
      problem.id,
      sam,
      'incidents(first: 10) { nodes { number } totalCount }',
    );
    expect(shown?.incidents).toEqual({ nodes: [{ number: incident.number }], totalCount: 1 });
  });

  test('is refused with all its problems at once', async () => {
    const input = { title: ' ', description: '', serviceId: 'NONE', incidentId: 'INC-999999' };
    expect(await refusal('openProblem', input)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.serviceId', code: 'UNKNOWN_CODE' },
        { path: 'input.incidentId', code: 'NO_SUCH_RECORD' },
        { path: 'input.title', code: 'REQUIRED' },
        { path: 'input.description', code: 'REQUIRED' },
      ],
    });
  });

  test('is opened by analysts and administrators of the SME alone', async () => {
    for (const viewer of [lena, agentOf('org_A'), ada, rae])
      expect(await refusal('openProblem', OPENED, viewer)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the life of a problem', () => {
  test('goes from NEW through a known error and a fix to CLOSED', async () => {
    const known = await act('diagnoseProblem', await investigated(), DIAGNOSIS);
    const fixing = await act('startProblemFix', known, { change: 'CHG-000012' });
    const resolved = await act('resolveProblem', fixing, { code: 'FIXED', text: 'The queue no longer repeats.' });
    const closed = await act('closeProblem', resolved, { review: 'The test of the queue was missing.' });
    expect([known, fixing, resolved, closed].map(({ state }) => state)).toEqual([
      'KNOWN_ERROR',
      'FIX_IN_PROGRESS',
      'RESOLVED',
      'CLOSED',
    ]);
    expect((await history(closed.id)).map(({ kind }) => kind)).toEqual([
      'OPENED',
      'ASSIGNED',
      'ASSESSED',
      'INVESTIGATED',
      'DIAGNOSED',
      'FIX_STARTED',
      'RESOLVED',
      'CLOSED',
    ]);
    expect(closed.allowedActions).toEqual(['PUBLISH', 'NOTE']);
  });

  test('has no move that is not in its table', async () => {
    const problem = await open();
    expect(problem.allowedActions).toEqual(['ASSIGN', 'ASSESS', 'CANCEL', 'PUBLISH', 'NOTE']);
    for (const [mutation, input] of [
      ['investigateProblem', {}],
      ['startProblemFix', { waiver: 'None needed.' }],
      ['resolveProblem', { code: 'RISK_ACCEPTED', text: 'Rare.' }],
      ['reopenProblem', { reason: 'Again.' }],
      ['closeProblem', {}],
    ] as const)
      expect(await refusal(mutation, { ...on(problem), ...input })).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  test('is investigated with an owner, and an incident or a note on the trend', async () => {
    const assessed = await act('assessProblem', await open());
    expect(await refusal('investigateProblem', on(assessed))).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    const assigned = await act('assignProblem', assessed, { ownerId: 'per_sam' });
    expect(await refusal('investigateProblem', on(assigned))).toMatchObject({
      fields: [{ path: 'input.trendNote', code: 'REQUIRED' }],
    });
    const incident = await desk.report();
    await desk.act('linkIncident', incident, { kind: 'CAUSED_BY_PROBLEM', target: assigned.number });
    const investigating = await act('investigateProblem', assigned);
    expect(investigating).toMatchObject({ state: 'INVESTIGATING' });
    expect(await refusal('assignProblem', { ...on(investigating), ownerId: 'per_lena' })).toMatchObject({
      fields: [{ path: 'input.ownerId', code: 'NO_SUCH_RECORD' }],
    });
  });

  test('is a known error by its cause or a workaround', async () => {
    const problem = await investigated();
    const unknown = { symptom: 'Two responses.', affectedVersions: 'all' };
    expect(await refusal('diagnoseProblem', { ...on(problem), ...unknown })).toMatchObject({
      fields: [{ path: 'input.rootCause', code: 'REQUIRED' }],
    });
    expect(await act('diagnoseProblem', problem, { ...unknown, workaround: 'Keep the first.' })).toMatchObject({
      state: 'KNOWN_ERROR',
    });
  });

  test('is fixed by a change, or by none for a reason', async () => {
    const problem = await investigated();
    for (const input of [{}, { change: 'CHG-000012', waiver: 'None.' }])
      expect(await refusal('startProblemFix', { ...on(problem), ...input })).toMatchObject({
        fields: [{ path: 'input', code: 'EXACTLY_ONE' }],
      });
    expect(await refusal('startProblemFix', { ...on(problem), change: 'INC-000012' })).toMatchObject({
      fields: [{ path: 'input.change', code: 'NOT_A_RECORD_NUMBER' }],
    });
    const waived = await act('startProblemFix', problem, { waiver: 'The supplier fixes it.' });
    expect(await refusal('resolveProblem', { ...on(waived), code: 'FIXED', text: 'Done.' })).toMatchObject({
      fields: [{ path: 'input.code', code: 'NOT_ALLOWED' }],
    });
  });

  test('is a duplicate of another problem', async () => {
    const problem = await inFix();
    const duplicate = { ...on(problem), code: 'DUPLICATE', text: 'The same cause.' };
    expect(await refusal('resolveProblem', duplicate)).toMatchObject({
      fields: [{ path: 'input.duplicateOf', code: 'REQUIRED' }],
    });
    expect(await refusal('resolveProblem', { ...duplicate, duplicateOf: problem.id })).toMatchObject({
      fields: [{ path: 'input.duplicateOf', code: 'SELF_REFERENCE' }],
    });
    const other = await open();
    await act('resolveProblem', problem, { code: 'DUPLICATE', text: 'The same.', duplicateOf: other.number });
    const fields = 'resolution { code text duplicateOf }';
    expect(await show(problem.id, sam, fields)).toEqual({
      resolution: { code: 'DUPLICATE', text: 'The same.', duplicateOf: other.number },
    });
  });

  test('goes back to the investigation when it returns', async () => {
    const fixing = await inFix();
    const resolved = await act('resolveProblem', fixing, { code: 'FIXED', text: 'Fixed.' });
    const reopened = await act('reopenProblem', resolved, { reason: 'It came back.' });
    expect(reopened).toMatchObject({ state: 'INVESTIGATING' });
    expect(await show(reopened.id, sam, 'reopenCount resolution { code } fixChange')).toEqual({
      reopenCount: 1,
      resolution: null,
      fixChange: null,
    });
  });

  test('is closed without a review after exactly 30 days', async () => {
    const resolved = await act('resolveProblem', await inFix(), { code: 'FIXED', text: 'Fixed.' });
    desk.ground.time.set('2026-07-29T13:59:59.999Z');
    expect(await refusal('closeProblem', on(resolved))).toMatchObject({
      fields: [{ path: 'input.review', code: 'REQUIRED' }],
    });
    desk.ground.time.set('2026-07-29T14:00:00.000Z');
    expect(await act('closeProblem', resolved)).toMatchObject({ state: 'CLOSED' });
    desk.ground.time.set('2026-06-29T14:00:00.000Z');
  });

  test('is withdrawn for a reason while nobody investigates it', async () => {
    const cancelled = await act('cancelProblem', await open(), { reason: 'Opened twice.' });
    expect(cancelled).toMatchObject({ state: 'CANCELLED', allowedActions: ['NOTE'] });
    expect((await history(cancelled.id)).at(-1)).toEqual({ kind: 'CANCELLED', remark: 'Opened twice.' });
  });

  test('refuses a stale version', async () => {
    const problem = await open();
    await act('assessProblem', problem);
    expect(await refusal('cancelProblem', { ...on(problem), reason: 'Late.' })).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
  });
});

describe('what distributors see', () => {
  test('a problem that is not published is absent, as one that does not exist', async () => {
    const problem = await open();
    expect([await show(problem.id, lena), await show(problem.number, lena)]).toEqual([null, null]);
    expect(await numbers({}, lena)).not.toContain(problem.number);
    expect(await refusal('assessProblem', on(problem), lena)).toEqual(
      await refusal('assessProblem', { id: 'prb_none', expectedVersion: 1 }, lena),
    );
  });

  test('a published problem shows its public words to all, and nothing of the inside', async () => {
    const incident = await desk.report();
    const problem = await open({ incidentId: incident.id });
    const published = await act('publishProblem', problem, { ...PUBLIC, targetRelease: 'Release 4.3' });
    const note = mutationText('addProblemInternalNote', 'internalNote { id }');
    done(await desk.ask(sam, note, { input: { id: problem.id, text: 'Vendor case 4711.' } }));
    const fields = `title publicTitle publicStatus targetRelease description requester { principalId } owner { id } trendNote
      diagnosis { symptom } fixChange fixWaiver resolution { code } incidents(first: 10) { nodes { number } totalCount }
      internalNotes(first: 10) { nodes { text } } history(first: 10) { nodes { kind } } allowedActions`;
    const hidden = {
      title: 'Doubled responses',
      ...PUBLIC,
      targetRelease: 'Release 4.3',
      description: null,
      requester: null,
      owner: null,
      trendNote: null,
      diagnosis: null,
      fixChange: null,
      fixWaiver: null,
      resolution: null,
      incidents: { nodes: [], totalCount: 0 },
      internalNotes: { nodes: [] },
      history: { nodes: [] },
      allowedActions: [],
    };
    expect(await show(published.number, bert, fields)).toEqual(hidden);
    const own = { nodes: [{ number: incident.number }], totalCount: 1 };
    expect(await show(published.number, lena, fields)).toEqual({ ...hidden, incidents: own });
    expect(await refusal('assessProblem', on(published), bert)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('auditors see the inside, but no notes, and change nothing', async () => {
    const problem = await open();
    const fields =
      'description allowedActions internalNotes(first: 10) { totalCount } history(first: 10) { totalCount }';
    expect(await show(problem.id, ada, fields)).toEqual({
      description: OPENED.description,
      allowedActions: [],
      internalNotes: { totalCount: 0 },
      history: { totalCount: 1 },
    });
    expect(await refusal('assessProblem', on(problem), ada)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a search or a filter tells nothing of the inside', async () => {
    const problem = await open({ title: 'Zebra queue', description: 'Zebra.' });
    const assigned = await act('assignProblem', problem, { ownerId: 'per_sam' });
    await act('publishProblem', assigned, PUBLIC);
    expect(await numbers({ text: 'zebra' })).toContain(problem.number);
    expect(await numbers({ text: 'zebra' }, lena)).toEqual([]);
    expect(await numbers({ text: 'doubled' }, lena)).toContain(problem.number);
    expect(await numbers({ ownerId: ['per_sam'] })).toContain(problem.number);
    expect(await numbers({ ownerId: ['per_sam'] }, lena)).toEqual([]);
  });

  test('an incident names its problem to its distributor once the problem is published', async () => {
    const incident = await desk.report();
    const problem = await open({ incidentId: incident.id });
    await desk.until(incident, ({ links }) => links.length > 0);
    const query = `query($id: ID!) { incident(id: $id) { links { target problem { number publicTitle } }
      history(first: 10) { nodes { changes { to } } } } }`;
    const links = async () =>
      done<{ links: unknown[]; history: { nodes: { changes: { to: string | null }[] }[] } }>(
        await desk.ask(lena, query, { id: incident.id }),
      );
    const before = await links();
    expect(before.links).toEqual([{ target: null, problem: null }]);
    expect(JSON.stringify(before.history)).not.toContain(problem.number);
    await act('publishProblem', problem, PUBLIC);
    const after = await links();
    expect(after.links).toEqual([
      { target: problem.number, problem: { number: problem.number, publicTitle: PUBLIC.publicTitle } },
    ]);
    expect(JSON.stringify(after.history)).toContain(problem.number);
  });

  test('an incident is linked only to a problem that exists', async () => {
    const input = { kind: 'CAUSED_BY_PROBLEM', target: 'PRB-999999' };
    expect(await desk.refusal('linkIncident', await desk.report(), input)).toMatchObject({
      fields: [{ path: 'input.target', code: 'NO_SUCH_RECORD' }],
    });
  });
});
