import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pageRequest, type Connection, type PageArguments } from '../api/page.ts';
import { buildDraft, buildThing, openDesk, type Desk } from '../write/things.fixture.ts';
import { historyConnection, waitingIn, type HistoryEntry, type HistoryView } from './history.ts';

let desk: Desk;
let id: string;
let things = 0;

beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  id = `thing_${++things}`;
});

const VIEW: HistoryView<string> = {
  read: ({ data }) => {
    const kind = String(data['kind']);
    return kind === 'NOBODY_KNOWS' ? null : { kind, changes: [{ field: 'name', from: null, to: kind }] };
  },
  hidden: async (values) => new Set(values.filter((value) => value === 'SECRET')),
};

/** Writes events about the thing, as one act. */
async function write(...drafts: Parameters<typeof buildDraft>[0][]): Promise<void> {
  const [first, ...rest] = drafts.map(buildDraft);
  if (!first) throw new Error('nothing to write');
  await desk.things.create(buildThing({ _id: id }), [first, ...rest]);
}

function about(kind: string): { data: Record<string, unknown> } {
  return { data: { kind, subject: { type: 'THING', id } } };
}

async function logged(): Promise<void> {
  for (let copied = -1; copied !== 0;) copied = await desk.log.drain();
}

async function history(args: PageArguments, internal = true): Promise<Connection<HistoryEntry>> {
  const outbox = await waitingIn(desk.journal, [{ collection: 'things', filter: { _id: id }, oldestBy: 'madeAt' }]);
  const asked = { subjectId: id, internal, outbox };
  return historyConnection({ log: desk.log, asked }, pageRequest(args), VIEW);
}

const kinds = ({ nodes }: Connection<HistoryEntry>) => nodes.map(({ kind }) => kind);

describe('a page of a history', () => {
  test('goes on behind the cursor of any of its edges, in the log and in what waits', async () => {
    await write(about('A'), about('B'), about('C'));
    for (const copied of [false, true]) {
      if (copied) await logged();
      const { edges, pageInfo } = await history({ first: 2 });
      expect(edges.map(({ node }) => node.kind)).toEqual(['A', 'B']);
      expect(pageInfo).toMatchObject({ hasNextPage: true, endCursor: edges[1]?.cursor });
      expect(kinds(await history({ first: 2, after: edges[0]?.cursor ?? null }))).toEqual(['B', 'C']);
      expect(kinds(await history({ last: 2, before: edges[1]?.cursor ?? null }))).toEqual(['A']);
    }
  });

  test('takes no cursor of another record’s history', async () => {
    await write(about('A'));
    const foreign = (await history({ first: 1 })).edges[0]?.cursor ?? null;
    id = `thing_${++things}`;
    await write(about('B'));
    await expect(history({ first: 1, after: foreign })).rejects.toMatchObject({
      extensions: { fields: [{ path: 'after', code: 'FOREIGN_CURSOR' }] },
    });
  });

  test('counts every entry that its reader may see, also those that wait', async () => {
    await write(about('A'), { ...about('B'), internal: true }, about('C'));
    for (const copied of [false, true]) {
      if (copied) await logged();
      expect(await (await history({ first: 1 })).totalCount()).toBe(3);
      expect(await (await history({ first: 1 }, false)).totalCount()).toBe(2);
    }
  });

  test('holds the entries from before events named their subject', async () => {
    await write({ data: { kind: 'OLD', recordId: id } }, about('NEW'));
    await logged();
    expect(kinds(await history({ first: 9 }))).toEqual(['OLD', 'NEW']);
  });

  test('leaves out the values that its reader may not see, and nothing else', async () => {
    await write(about('OPEN'), about('SECRET'));
    const { nodes } = await history({ first: 9 });
    expect(nodes.map(({ changes }) => changes[0]?.to)).toEqual(['OPEN', null]);
  });

  test('has no entry for an event of an unknown type', async () => {
    await write(about('A'), about('NOBODY_KNOWS'), about('B'));
    expect(kinds(await history({ first: 9 }))).toEqual(['A', 'B']);
  });

  test('shows the words of people, the version, and the position once there is one', async () => {
    await write({ ...about('A'), personal: { remark: 'Because.' } });
    expect((await history({ first: 1 })).nodes).toMatchObject([{ remark: 'Because.', version: 1, position: null }]);
    await logged();
    expect((await history({ first: 1 })).nodes[0]?.position).toBeGreaterThan(0);
  });
});
