import type { Viewer } from '@desk/kit/api/viewer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LDC_A, ada, bert, lena, rae, sam, tess } from '@desk/testkit/people';
import { done, type Refused } from '@desk/testkit/subgraph-client';
import { ASSIGNMENT, REPORT, agentOf, clockOf, partner, startDesk, type Desk, type Shown } from './tickets.fixture.ts';

const MONDAY_10 = '2026-06-29T14:00:00Z'; // 10:00 in Toronto

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(MONDAY_10);
});
afterAll(() => desk.service.stop());
beforeEach(() => desk.ground.time.set(MONDAY_10));

const COMMENT = `mutation($i: AddIncidentCommentInput!) { addIncidentComment(input: $i) {
  comment { id text fromSme createdAt author { principalId } incident { id } }
  incident { id state version clocks { kind outcome } comments(first: 9) { totalCount } }
  replayed } }`;
const NOTE = `mutation($i: AddIncidentInternalNoteInput!) { addIncidentInternalNote(input: $i) {
  internalNote { id text createdAt author { principalId } incident { id } } incident { id version } replayed } }`;

interface CommentAnswer {
  comment: { id: string };
  incident: Shown;
  replayed: boolean;
}

interface NoteAnswer {
  internalNote: { id: string };
  incident: Shown;
  replayed: boolean;
}

describe('the answer of a repeated request', () => {
  const REPLAYED =
    'mutation($i: CancelIncidentInput!) { cancelIncident(input: $i) { incident { id state version } version replayed } }';

  test('says that it changed nothing, and shows the record as it is now', async () => {
    const { id, version } = await desk.report();
    const i = { id, expectedVersion: version, reason: 'It came after all.', idempotencyKey: 'cancel-2' };
    const first = done<{ incident: Shown; replayed: boolean }>(await desk.ask(lena, REPLAYED, { i }));
    expect(first).toMatchObject({ incident: { state: 'CANCELLED' }, replayed: false });
    const other = await desk.report();
    const linked = await desk.act('linkIncident', first.incident, { kind: 'RELATED_TO', target: other.number });
    expect(done(await desk.ask(lena, REPLAYED, { i }))).toEqual({
      incident: { id, state: 'CANCELLED', version: linked.version },
      version: version + 1,
      replayed: true,
    });
  });

  test('of a creation shows what became of the record since', async () => {
    const create =
      'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id title state } version replayed } }';
    const i = { ...REPORT, idempotencyKey: 'report-1' };
    const { incident } = done<{ incident: Shown }>(await desk.ask(lena, create, { i }));
    await desk.act('assignIncident', { ...incident, version: 1 }, { ...ASSIGNMENT, impact: 'LOW', urgency: 'LOW' });
    expect(done(await desk.ask(lena, create, { i }))).toEqual({
      incident: { id: incident.id, title: REPORT.title, state: 'ASSIGNED' },
      version: 1,
      replayed: true,
    });
  });

  test('under the same key on another incident writes an acknowledgement of its own', async () => {
    const start = `mutation($i: StartIncidentInput!) { startIncident(input: $i) {
      incident { comments(first: 9) { nodes { text } } } replayed } }`;
    for (const acknowledgement of ['We look into the first.', 'We look into the second.']) {
      const { id } = await desk.report();
      const i = { id, expectedVersion: 1, acknowledgement, idempotencyKey: 'start-both' };
      expect(done(await desk.ask(sam, start, { i }))).toEqual({
        incident: { comments: { nodes: [{ text: acknowledgement }] } },
        replayed: false,
      });
    }
  });

  test('of a start says so too, and its acknowledgement is written once', async () => {
    const reported = await desk.report();
    const start = `mutation($i: StartIncidentInput!) { startIncident(input: $i) {
      incident { comments(first: 9) { nodes { text createdAt } } } replayed } }`;
    const i = { id: reported.id, expectedVersion: 1, acknowledgement: 'We look into it.', idempotencyKey: 'start-1' };
    const first = done<{ replayed: boolean }>(await desk.ask(sam, start, { i }));
    expect(first.replayed).toBe(false);
    desk.ground.time.set('2026-06-29T15:00:00Z');
    expect(done(await desk.ask(sam, start, { i }))).toEqual({ ...first, replayed: true });
  });
});

describe('the answer of a comment', () => {
  test('holds the comment, and the incident with what the comment did to its clocks', async () => {
    const { id } = await desk.report();
    const answer = done<CommentAnswer>(await desk.ask(sam, COMMENT, { i: { id, text: 'We look into it.' } }));
    expect(answer).toMatchObject({
      comment: { text: 'We look into it.', fromSme: true, author: { principalId: 'per_sam' }, incident: { id } },
      incident: { id, version: 2, comments: { totalCount: 1 } },
      replayed: false,
    });
    expect(clockOf(answer.incident, 'RESPONSE').outcome).toBe('MET');
    expect((await desk.history(answer.incident)).map(({ kind }) => kind)).toEqual(['CREATED', 'COMMENTED', 'ANSWERED']);
  });

  test('repeated, holds the first comment, and the incident as it is now', async () => {
    const { id } = await desk.report();
    const i = { id, text: 'The file of Monday.', idempotencyKey: 'comment-1' };
    const first = done<CommentAnswer>(await desk.ask(lena, COMMENT, { i }));
    await desk.comment({ id } as Shown, 'We have it.', sam);
    const again = done<CommentAnswer>(await desk.ask(lena, COMMENT, { i }));
    expect([again.comment, again.replayed]).toEqual([first.comment, true]);
    expect(clockOf(again.incident, 'RESPONSE').outcome).toBe('MET');
  });

  test('of a note holds the note and the incident', async () => {
    const { id } = await desk.report();
    const i = { id, text: 'Batch 88 again.', idempotencyKey: 'note-1' };
    const first = done<NoteAnswer>(await desk.ask(rae, NOTE, { i }));
    expect(first).toMatchObject({
      internalNote: { text: 'Batch 88 again.', author: { principalId: 'per_rae' }, incident: { id } },
      incident: { id, version: 1 },
      replayed: false,
    });
    expect(done(await desk.ask(rae, NOTE, { i }))).toEqual({ ...first, replayed: true });
    expect((await desk.history({ id } as Shown)).map(({ kind }) => kind)).toEqual(['CREATED', 'NOTED']);
  });
});

describe('a connection', () => {
  const PAGE = 'edges { cursor node { id } } nodes { id } pageInfo { startCursor endCursor hasNextPage } totalCount';

  interface Page {
    edges: { cursor: string; node: { id: string } | object }[];
    nodes: object[];
    pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean };
    totalCount: number | null;
  }

  /** Checks a page of two of three or more, and that the list goes on behind its first edge. */
  async function expectEdges(pageOf: (args: string) => Promise<Page>): Promise<void> {
    const page = await pageOf('first: 2');
    expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
    expect(page.pageInfo).toEqual({
      startCursor: page.edges[0]?.cursor,
      endCursor: page.edges[1]?.cursor,
      hasNextPage: true,
    });
    expect(page.totalCount).toBeGreaterThanOrEqual(3);
    const next = await pageOf(`first: 1, after: "${page.edges[0]?.cursor}"`);
    expect(next.edges).toEqual([page.edges[1]]);
  }

  test('of incidents has edges, whose cursors go on behind each', async () => {
    for (let n = 0; n < 3; n++) await desk.report();
    await expectEdges(async (args) => done<Page>(await desk.ask(sam, `{ incidents(${args}) { ${PAGE} } }`)));
  });

  test.each(['comments', 'internalNotes', 'history'])(
    'of %s has edges, whose cursors go on behind each',
    async (list) => {
      const { id } = await desk.report();
      for (let n = 0; n < 3; n++) {
        done(await desk.ask(sam, COMMENT, { i: { id, text: `Comment ${n}.` } }));
        done(await desk.ask(sam, NOTE, { i: { id, text: `Note ${n}.` } }));
      }
      const fields = list === 'history' ? PAGE.replaceAll('{ id }', '{ kind at remark }') : PAGE;
      const query = (args: string) => `query($id: ID!) { incident(id: $id) { ${list}(${args}) { ${fields} } } }`;
      await expectEdges(async (args) => {
        const answer = done<Record<string, Page>>(await desk.ask(sam, query(args), { id }));
        return answer[list] as Page;
      });
    },
  );
});

describe('an id, a number or a code of the wrong form', () => {
  const NOT_IDS = ['banana', '', 'per_sam', 'INC-', 'inc_'];

  test.each(NOT_IDS)('finds no incident silently: "%s"', async (id) => {
    const { errors } = await desk.ask(lena, 'query($id: ID!) { incident(id: $id) { id } }', { id });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'id', code: 'NOT_AN_ID', args: { prefixes: ['inc'] } }],
    });
  });

  test.each(NOT_IDS)('changes no incident: "%s"', async (id) => {
    const refused = await desk.refusal('cancelIncident', { id, version: 1 }, { reason: 'No.' });
    expect(codesOf(refused)).toEqual([['input.id', 'NOT_AN_ID']]);
    for (const query of [COMMENT, NOTE]) {
      const { errors } = await desk.ask(sam, query, { i: { id, text: 'Hello.' } });
      expect(errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'input.id', code: 'NOT_AN_ID' }] });
    }
  });

  test.each([
    [{ ids: ['inc_1', 'INC-000001'] }, ['filter.ids.1', 'NOT_AN_ID']],
    [{ organizationId: ['LDC-001'] }, ['filter.organizationId.0', 'NOT_AN_ID']],
    [{ assigneeId: ['sam'] }, ['filter.assigneeId.0', 'NOT_AN_ID']],
    [{ serviceId: ['VEE', 'vee'] }, ['filter.serviceId.1', 'UNKNOWN_CODE']],
    [{ assignmentGroupId: ['Reads and VEE'] }, ['filter.assignmentGroupId.0', 'UNKNOWN_CODE']],
  ])('filters no list: %j', async (filter, problem) => {
    const query = 'query($f: IncidentFilter!) { incidents(first: 1, filter: $f) { totalCount } }';
    const { errors } = await desk.ask(sam, query, { f: filter });
    expect(codesOf(errors?.[0]?.extensions as unknown as Refused)).toEqual([problem]);
  });

  test('names neither a duplicate’s master nor an assignee', async () => {
    const started = await desk.started(await desk.report());
    const solution = { code: 'DUPLICATE', text: 'See the other.', cause: 'UNKNOWN', duplicateOf: 'the other one' };
    expect(codesOf(await desk.refusal('resolveIncident', started, solution))).toEqual([
      ['input.duplicateOf', 'NOT_AN_ID'],
    ]);
    const assignment = { ...ASSIGNMENT, assigneeId: 'Sam' };
    expect(codesOf(await desk.refusal('assignIncident', started, assignment))).toEqual([
      ['input.assigneeId', 'NOT_AN_ID'],
    ]);
  });
});

describe('a list', () => {
  const LIST = 'query($f: IncidentFilter!) { incidents(first: 100, filter: $f) { nodes { id } } }';
  const found = async (f: object, viewer = lena) =>
    done<{ nodes: { id: string }[] }>(await desk.ask(viewer, LIST, { f })).nodes.map(({ id }) => id);

  test('holds the incidents of the given ids that the viewer may see', async () => {
    const [mine, theirs] = [await desk.report(), await desk.report({}, bert)];
    const ids = [mine.id, theirs.id, 'inc_none'];
    expect(await found({ ids })).toEqual([mine.id]);
    expect((await found({ ids }, sam)).sort()).toEqual([mine.id, theirs.id].sort());
    expect(await found({ ids: [] })).toEqual([]);
  });

  test('holds what changed since an instant, and what changed before it', async () => {
    const [still, moving] = [await desk.report(), await desk.report()];
    const ids = [still.id, moving.id];
    desk.ground.time.set('2026-06-29T16:00:00Z');
    await desk.act('reclassifyIncident', moving, { urgency: 'LOW' });
    const at = '2026-06-29T16:00:00Z';
    expect(await found({ ids, updatedFrom: at })).toEqual([moving.id]);
    expect(await found({ ids, updatedBefore: at })).toEqual([still.id]);
    expect(await found({ ids, updatedFrom: MONDAY_10, updatedBefore: at })).toEqual([still.id]);
  });
});

describe('a reference to a record', () => {
  const ENTITIES = `query($r: [_Any!]!) { _entities(representations: $r) {
    ... on IncidentComment { id text incident { id } } ... on IncidentInternalNote { id text } ... on Incident { id } } }`;
  const entities = (viewer: Viewer, ...references: [string, string][]) =>
    desk.ask(viewer, ENTITIES, { r: references.map(([__typename, id]) => ({ __typename, id })) });

  test('that names a comment answers within reach; out of reach like one to a comment that does not exist', async () => {
    const { id } = await desk.report();
    const { comment } = done<CommentAnswer>(await desk.ask(lena, COMMENT, { i: { id, text: 'Hello.' } }));
    expect(done(await entities(lena, ['IncidentComment', comment.id]))).toEqual([
      { id: comment.id, text: 'Hello.', incident: { id } },
    ]);
    const absent = await entities(bert, ['IncidentComment', 'com_none']);
    expect(await entities(bert, ['IncidentComment', comment.id])).toEqual(absent);
    expect(done(absent)).toEqual([null]);
  });

  test('that names a note answers staff; everybody else like one to a note that does not exist', async () => {
    const { id } = await desk.report();
    const { internalNote } = done<NoteAnswer>(await desk.ask(sam, NOTE, { i: { id, text: 'Psst.' } }));
    const reference: [string, string] = ['IncidentInternalNote', internalNote.id];
    expect(done(await entities(rae, reference))).toEqual([{ id: internalNote.id, text: 'Psst.' }]);
    const absent = await entities(lena, ['IncidentInternalNote', 'note_none']);
    for (const viewer of [lena, ada]) expect(await entities(viewer, reference)).toEqual(absent);
    expect(done(absent)).toEqual([null]);
  });

  test('that names a record of another type answers null', async () => {
    const { id } = await desk.report();
    expect(done(await entities(sam, ['IncidentComment', id], ['Incident', 'com_none']))).toEqual([null, null]);
  });
});

describe('me', () => {
  const MAY = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Me { mayCreateIncident } } }';
  const mayCreate = async (viewer: Viewer, id = viewer.id) =>
    done<({ mayCreateIncident: boolean } | null)[]>(await desk.ask(viewer, MAY, { r: [{ __typename: 'Me', id }] }))[0]
      ?.mayCreateIncident;

  test.each<[string, Viewer, boolean]>([
    ['a distributor’s user', lena, true],
    ['an analyst', sam, true],
    ['staff who do not work incidents', rae, false],
    ['an auditor', ada, false],
    ['a partner who may write for a distributor', partner, true],
    ['an agent who acts for a distributor', agentOf(LDC_A), true],
    ['an agent who acts for nobody now', agentOf(), false],
    ['the user of a distributor that is suspended', tess, true],
  ])('says whether %s may report incidents', async (_who, viewer, may) => {
    expect(await mayCreate(viewer)).toBe(may);
  });

  test('says nothing about other people', async () => {
    expect(await mayCreate(lena, 'per_sam')).toBeUndefined();
  });
});

/** Each wrong field with the code of its problem. */
function codesOf({ fields }: Refused): [string, string][] {
  return (fields as { path: string; code: string }[]).map(({ path, code }) => [path, code]);
}
