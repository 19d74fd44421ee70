import type { Viewer } from '@desk/kit/api/viewer';
import { ada, bert, lena, sam } from '@desk/testkit/people';
import { done, mutationText, refusalIn } from '@desk/testkit/subgraph-client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk, type Shown as Incident } from '../tickets.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk('2026-06-29T14:00:00Z');
});
afterAll(() => desk.service.stop());

interface Shown {
  id: string;
  number: string;
  version: number;
  state: string;
  audience: string | null;
  publishedAt: string | null;
  allowedActions: string[];
}

const FIELDS = 'id number version state audience publishedAt allowedActions';
const WORDS = {
  title: 'A file of no bytes stays behind',
  serviceIds: ['READ_INGESTION'],
  symptom: 'After a dropped session a file of no bytes is left.',
  workaround: { steps: 'Send the file again under a new name.', tested: true },
  errorCodes: ['FTS-0417'],
};

const written = async (mutation: string, input: object): Promise<Shown> =>
  done<{ knownError: Shown }>(
    await desk.ask(sam, mutationText(mutation, `knownError { ${FIELDS} }`), { input: { ...input } }),
  ).knownError;
const draft = (input: object = {}) => written('draftKnownError', { ...WORDS, ...input });
const on = ({ id, version }: Shown) => ({ id, expectedVersion: version });
const publish = (known: Shown, input: object = {}) =>
  written('publishKnownError', { ...on(known), audience: 'ALL_LDCS', ...input });
const refusal = async (mutation: string, input: object, viewer: Viewer = sam) =>
  refusalIn(await desk.ask(viewer, mutationText(mutation, 'knownError { id }'), { input: { ...input } }));
const show = async (id: string, viewer: Viewer = sam, fields = FIELDS) =>
  done<Record<string, unknown> | null>(
    await desk.ask(viewer, `query($id: ID!) { knownError(id: $id) { ${fields} } }`, { id }),
  );
const numbers = async (filter: object = {}, viewer: Viewer = sam): Promise<string[]> => {
  const query = 'query($filter: KnownErrorFilter) { knownErrors(first: 100, filter: $filter) { nodes { number } } }';
  return done<{ nodes: Shown[] }>(await desk.ask(viewer, query, { filter })).nodes.map(({ number }) => number);
};
const commentsOf = async ({ id }: Incident, viewer: Viewer = lena) => {
  const query = `query($id: ID!) { incident(id: $id) { comments(first: 10) { nodes { text fromSme author { kind } } } } }`;
  const incident = done<{ comments: { nodes: { text: string }[] } }>(await desk.ask(viewer, query, { id }));
  return incident.comments.nodes;
};
const problemOf = async (incident: Incident): Promise<string> => {
  const input = { title: 'Files of no bytes', description: 'A dropped session.', serviceId: 'READ_INGESTION' };
  const text = mutationText('openProblem', 'problem { id number }');
  const { problem } = done<{ problem: { id: string } }>(
    await desk.ask(sam, text, { input: { ...input, incidentId: incident.id } }),
  );
  await desk.until(incident, ({ links }) => links.length > 0);
  return problem.id;
};

describe('a known error', () => {
  test('is a draft that only the SME and auditors see', async () => {
    const known = await draft();
    expect(known).toMatchObject({
      number: expect.stringMatching(/^KE-\d{6}$/),
      version: 1,
      state: 'DRAFT',
      audience: null,
      allowedActions: ['EDIT', 'PUBLISH'],
    });
    expect(await show(known.id, ada)).toMatchObject({ state: 'DRAFT', allowedActions: [] });
    expect([await show(known.id, lena), await show(known.number, lena)]).toEqual([null, null]);
    expect(await numbers({}, lena)).not.toContain(known.number);
  });

  test('is refused with all its problems at once', async () => {
    const input = {
      title: '',
      serviceIds: ['NONE', 'VEE', 'VEE'],
      symptom: ' ',
      workaround: { steps: '', tested: false },
      errorCodes: ['E1', 'E1'],
      problemId: 'PRB-999999',
    };
    expect(await refusal('draftKnownError', input)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.problemId', code: 'NO_SUCH_RECORD' },
        { path: 'input.serviceIds.0', code: 'UNKNOWN_CODE' },
        { path: 'input.title', code: 'REQUIRED' },
        { path: 'input.serviceIds.2', code: 'ALREADY_THERE' },
        { path: 'input.symptom', code: 'REQUIRED' },
        { path: 'input.workaround.steps', code: 'REQUIRED' },
        { path: 'input.errorCodes.1', code: 'ALREADY_THERE' },
      ],
    });
  });

  test('published for all is read by every distributor, and changed by none', async () => {
    const known = await publish(await draft());
    expect(known).toMatchObject({ state: 'PUBLISHED', audience: 'ALL_LDCS', allowedActions: ['EDIT', 'RETIRE'] });
    expect(await show(known.number, bert, 'title cause workaround { steps tested } errorCodes allowedActions')).toEqual(
      {
        title: WORDS.title,
        cause: null,
        workaround: WORDS.workaround,
        errorCodes: ['FTS-0417'],
        allowedActions: [],
      },
    );
    expect(await numbers({ text: 'bytes' }, bert)).toContain(known.number);
    const fields = 'history(first: 10) { nodes { kind } }';
    expect(await show(known.id, bert, fields)).toEqual({ history: { nodes: [{ kind: 'PUBLISHED' }] } });
    expect(await show(known.id, sam, fields)).toEqual({
      history: { nodes: [{ kind: 'DRAFTED' }, { kind: 'PUBLISHED' }] },
    });
    expect(await refusal('retireKnownError', { ...on(known), reason: 'Old.' }, bert)).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('published for the SME alone stays hidden, until it is published for all', async () => {
    const known = await publish(await draft(), { audience: 'SME_ONLY' });
    expect(known).toMatchObject({ state: 'PUBLISHED', audience: 'SME_ONLY', publishedAt: null });
    expect(await show(known.id, lena)).toBeNull();
    expect(await refusal('publishKnownError', { ...on(known), audience: 'SME_ONLY' })).toMatchObject({
      fields: [{ path: 'input.audience', code: 'ALREADY_THERE' }],
    });
    const shown = await publish(known);
    expect(await show(known.id, lena)).toMatchObject({ audience: 'ALL_LDCS' });
    expect(await refusal('publishKnownError', { ...on(shown), audience: 'ALL_LDCS' })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    });
  });

  test('is edited while it is in force, and retired for a reason that its readers read', async () => {
    const edited = await written('editKnownError', {
      ...on(await publish(await draft())),
      ...WORDS,
      cause: 'The server.',
    });
    const retired = await written('retireKnownError', { ...on(edited), reason: 'Release 4.3 fixed it.' });
    expect(retired).toMatchObject({ state: 'RETIRED', allowedActions: [] });
    const history = await show(retired.id, lena, 'history(last: 1) { nodes { kind remark } }');
    expect(history).toEqual({ history: { nodes: [{ kind: 'RETIRED', remark: 'Release 4.3 fixed it.' }] } });
    expect(await refusal('editKnownError', { ...on(retired), ...WORDS })).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });

  test('under the same key is drafted once', async () => {
    const input = { ...WORDS, idempotencyKey: 'known error' };
    expect(await written('draftKnownError', input)).toEqual(await written('draftKnownError', input));
  });

  test('refuses a stale version', async () => {
    const known = await draft();
    await publish(known);
    expect(await refusal('retireKnownError', { ...on(known), reason: 'Old.' })).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('published for all', () => {
  test('it tells each open incident of its problem the workaround, once, and moves no clock', async () => {
    const incident = await desk.report();
    const problemId = await problemOf(incident);
    const before = await desk.show(incident.id);
    const known = await publish(await draft({ problemId }));
    const told = [
      {
        text: `${known.number} ${WORDS.title}\n\n${WORDS.workaround.steps}`,
        fromSme: true,
        author: { kind: 'SYSTEM' },
      },
    ];
    expect(await commentsOf(incident)).toEqual(told);
    expect(await commentsOf(incident)).toEqual(told);
    expect((await desk.show(incident.id)).clocks).toEqual(before.clocks);
  });

  test('it tells no incident that is over, and none where the SME wants it so', async () => {
    const [over, open] = [await desk.report(), await desk.report()];
    const [overProblem, openProblem] = [await problemOf(over), await problemOf(open)];
    await desk.act('cancelIncident', await desk.show(over.id), { reason: 'Reported twice.' });
    await publish(await draft({ problemId: overProblem }));
    await publish(await draft({ problemId: openProblem }), { tellIncidents: false });
    expect([await commentsOf(over), await commentsOf(open)]).toEqual([[], []]);
  });

  test('an incident that it helps is linked to it, and names it to its distributor', async () => {
    const known = await publish(await draft());
    const incident = await desk.report();
    await desk.act('linkIncident', incident, { kind: 'WORKAROUND_BY', target: known.number });
    const query = 'query($id: ID!) { incident(id: $id) { links { kind target knownError { title } } } }';
    expect(done(await desk.ask(lena, query, { id: incident.id }))).toEqual({
      links: [{ kind: 'WORKAROUND_BY', target: known.number, knownError: { title: WORDS.title } }],
    });
  });
});
