import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import type { IncidentUpdatesSubscription } from '../generated/api.ts';
import { followFeed } from '../live/cache.ts';
import type { Feed, FeedEvent } from '../live/feed.ts';
import { INCIDENT_CHANGES } from './live.ts';

type Update = IncidentUpdatesSubscription['incidentUpdates'];

const OPEN = { open: true };
const ROW = { id: 'inc_1', number: 'INC-000001', title: 'Reads are missing', state: 'NEW', version: 1 };
/** Longer than the cache gathers updates of any kind, in milliseconds. */
const GATHERED_MS = 5_000;

let queryClient: QueryClient;
let tell: (event: FeedEvent) => void;
let stop: () => void;
const read = jest.fn<(name: string) => void>();

beforeEach(() => {
  jest.useFakeTimers();
  queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const feed = { listen: (listener: typeof tell) => ((tell = listener), () => undefined) } as unknown as Feed;
  stop = followFeed(feed, queryClient, [INCIDENT_CHANGES]).stop;
});
afterEach(() => {
  stop();
  queryClient.clear();
  jest.useRealTimers();
  read.mockClear();
});

/** Something that is on the page. */
async function show(queryKey: readonly unknown[], data: unknown): Promise<void> {
  const observer = new QueryObserver(queryClient, {
    queryKey,
    queryFn: async () => {
      read(JSON.stringify(queryKey));
      return data;
    },
  });
  observer.subscribe(() => undefined);
  await jest.advanceTimersByTimeAsync(0);
  read.mockClear();
}

async function update(kind: Update['kind'], incident: object | null, incidentId = 'inc_1'): Promise<void> {
  const version = 2;
  const message = { cursor: 'c', kind, at: '', version, incidentId, incident } as unknown as Update;
  tell({ type: 'change', field: INCIDENT_CHANGES, change: INCIDENT_CHANGES.changeOf(message) });
  await jest.advanceTimersByTimeAsync(GATHERED_MS);
}

describe('a change on the feed', () => {
  it('lets the parts of its incident be read again that it touches', async () => {
    await show(['incident', ROW.number, 'facts'], { version: 1, links: [] });
    await show(['incident', ROW.number, 'notes', 10], []);
    await show(['incident', 'INC-000002', 'facts'], { version: 1, links: [] });
    await update('STARTED', { ...ROW, version: 2 });
    expect(read.mock.calls).toEqual([['["incident","INC-000001","facts"]']]);
  });

  it('lets the facts of an incident that is linked to its own be read again', async () => {
    await show(['incident', 'INC-000002', 'facts'], { version: 1, links: [{ incident: { id: 'inc_1' } }] });
    await update('RESOLVED', { ...ROW, state: 'RESOLVED', version: 2 });
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('lets a short list be read again when its row stands there, and when it belongs there now', async () => {
    await show(['incidents', 'few', OPEN, {}, 8], { nodes: [ROW] });
    await update('RESOLVED', { ...ROW, state: 'RESOLVED' });
    await update('CREATED', { ...ROW, id: 'inc_3', number: 'INC-000003' }, 'inc_3');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('leaves a short list alone that it does not concern', async () => {
    await show(['incidents', 'few', OPEN, {}, 8], { nodes: [ROW] });
    await update('CLOSED', { ...ROW, id: 'inc_3', state: 'CLOSED' }, 'inc_3');
    await update('CLOSED', null, 'inc_4');
    expect(read).not.toHaveBeenCalled();
  });

  it('lets a count be read again, also when its record left what is counted, and in vain at worst', async () => {
    await show(['incidents', 'count', OPEN], 7);
    await update('CLOSED', { ...ROW, id: 'inc_3', state: 'CLOSED' }, 'inc_3');
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('does not read a long list again, but when it is looked at anew', async () => {
    await show(['incidents', OPEN, {}], { pages: [] });
    await update('STARTED', ROW);
    expect(read).not.toHaveBeenCalled();
    expect(queryClient.getQueryState(['incidents', OPEN, {}])?.isInvalidated).toBe(true);
  });
});

describe('a change that comes while something is first read', () => {
  it.each<[string, readonly unknown[]]>([
    ['the facts of its incident', ['incident', ROW.number, 'facts']],
    ['a short list', ['incidents', 'few', OPEN, {}, 8]],
    ['a long list', ['incidents', OPEN, {}]],
  ])('has %s read once more: the answer may be from before', async (_what, queryKey) => {
    let answer: (data: unknown) => void = () => undefined;
    const observer = new QueryObserver(queryClient, {
      queryKey,
      queryFn: () => {
        read(JSON.stringify(queryKey));
        return new Promise((resolve) => (answer = resolve));
      },
    });
    observer.subscribe(() => undefined);
    await update('STARTED', ROW);
    await update('HELD', ROW);
    expect(read).toHaveBeenCalledTimes(1);
    for (let answers = 0; answers < 2; answers++) {
      answer({ version: 1, links: [], nodes: [], pages: [] });
      await jest.advanceTimersByTimeAsync(0);
    }
    expect(read).toHaveBeenCalledTimes(2);
  });
});
