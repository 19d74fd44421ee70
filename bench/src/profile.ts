import { Session } from 'node:inspector';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, type Child } from './child.ts';
import type { Table } from './outcome.ts';

/** What V8 writes: a tree of calls, and which of its nodes was met at each sample. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

interface CallFrame {
  functionName: string;
  url: string;
}

const ROWS_MAX = 40;
const SHARE_MIN = 0.004;
const SAMPLING_US = 500;

/** Profiles this process; the child's side of `profileOf`. */
export const profileCalls = {
  startProfile: async () => {
    session.connect();
    await post('Profiler.enable');
    await post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
    await post('Profiler.start');
  },
  stopProfile: async (): Promise<CpuProfile> => {
    const { profile } = (await post('Profiler.stop')) as { profile: CpuProfile };
    session.disconnect();
    return profile;
  },
};

const session = new Session();

function post(method: string, argument?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, argument, (error: Error | null, result?: unknown) =>
      error ? reject(error) : resolve(result),
    );
  });
}

/** Where a child spends its CPU while the work runs. The child answers `profileCalls`. */
export async function profileOf(child: Child, title: string, work: () => Promise<unknown>): Promise<Table[]> {
  await child.call('startProfile');
  await work();
  const profile = await child.call<CpuProfile>('stopProfile');
  const table = (kind: string, shares: Map<string, number>): Table => ({
    title: `${title}: CPU by ${kind}`,
    columns: ['share'],
    rows: [...shares]
      .sort((a, b) => b[1] - a[1])
      .filter(([, share]) => share >= SHARE_MIN)
      .slice(0, ROWS_MAX)
      .map(([name, share]) => ({ name, cells: [`${(share * 100).toFixed(1)} %`] })),
  });
  return [table('package', sharesBy(profile, BY_PACKAGE)), table('function', sharesBy(profile, BY_FUNCTION))];
}

/**
 * The share of the busy time by bucket: a package, one of our own files, or the garbage collector. Node's own code is charged to its
 * caller.
 */
export function sharesBy(
  { nodes, samples, timeDeltas }: CpuProfile,
  { bucket, orphan }: Grouping,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const buckets = new Map<number, string | null>();
  /** Nodes that no code of a package or of ours has called. */
  const nobodys = new Set<number>();
  const bucketOf = (id: number): string | null => {
    const known = buckets.get(id);
    if (known !== undefined) return known;
    const frame = byId.get(id)?.callFrame;
    const parent = parents.get(id);
    const own = frame ? bucket(frame) : NODE;
    const above = own === CALLER ? (parent === undefined ? NODE : (bucketOf(parent) ?? NODE)) : own;
    const found = own === CALLER && frame && nobodys.has(parent ?? 0) ? orphan(frame) : above;
    if (own === CALLER ? nobodys.has(parent ?? 0) : own === null) nobodys.add(id);
    buckets.set(id, found);
    return found;
  };
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const found = bucketOf(id);
    const time = timeDeltas[index] ?? 0;
    if (found === null) return;
    busy += time;
    times.set(found, (times.get(found) ?? 0) + time);
  });
  return new Map([...times].map(([found, time]) => [found, time / busy]));
}

/** Stands for "the caller". */
export const CALLER: unique symbol = Symbol('caller');
const NODE = 'Node itself';

/** Says where a call belongs. Null for time in which nothing ran. */
type Bucket = (frame: CallFrame) => string | null | typeof CALLER;

const bucketOfFrame: Bucket = ({ functionName, url }) => {
  if (functionName === '(idle)') return null;
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(program)') return 'sockets and system calls';
  // Neither idle nor running: woken, and waiting for the core.
  if (functionName === '(root)') return null;
  // The profiler's own start.
  if (url === import.meta.url || (url === '' && functionName === 'dispatch')) return null;
  if (url === '' || url.startsWith('node:')) return CALLER;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  const packages = [...file.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name ?? '');
  const name = packages.filter((part) => part !== '.pnpm').at(-1);
  return name ?? path.relative(ROOT, file);
};

/** How time is grouped; `orphan` names the work of Node that no caller accounts for. */
interface Grouping {
  bucket: Bucket;
  orphan: (frame: CallFrame) => string;
}

/** By package, and by file of ours. */
export const BY_PACKAGE: Grouping = { bucket: bucketOfFrame, orphan: () => NODE };

/** By function, with its package or file. */
export const BY_FUNCTION: Grouping = {
  bucket: (frame) => {
    const bucket = bucketOfFrame(frame);
    return typeof bucket === 'string' && frame.url !== '' ? `${bucket} ${frame.functionName || '(anonymous)'}` : bucket;
  },
  orphan: ({ functionName, url }) => `${url || 'V8'} ${functionName || '(anonymous)'}`,
};
