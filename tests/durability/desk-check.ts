import type { LogEntry } from '@desk/kit/log/entry';
import { KEYS_MAX, type Aggregate, type Stored } from '@desk/kit/write/record';
import { NOTICE_DUE, type NoticeData } from '@desk/kit/write/notice';
import { connectMongo } from '@desk/kit/process/mongo';
import { DOMAINS, followedBy, type Domain } from '@desk/schema/domains';
import { until } from '@desk/testkit/until';
import type { DeskTree } from './desk-process.ts';
import type { Acknowledged } from './desk-writers.ts';
import { gaps, type RigFindings } from './rig-check.ts';

type Db = ReturnType<ReturnType<Awaited<ReturnType<typeof connectMongo>>['getClient']>['db']>;
type Dbs = Readonly<Record<Domain, Db>>;

/** A record as its collection holds it, and the name of that. */
type Kept = Stored<Aggregate> & { kind: string };

/** Everything that a service holds, at rest. */
interface Holdings {
  domain: Domain;
  entries: LogEntry[];
  records: Map<string, Kept>;
}

/** People of distributors, who have every notice for all distributors. */
const DISTRIBUTORS = ['lena', 'omar', 'priya', 'jonas', 'bo', 'tess'];
/** Events of records whose makers follow them from the first event on. */
const MADE = /^(incident|service_request|problem|known_error|change)\./;

/** What was found at rest. */
export interface DeskFindings extends RigFindings {
  /** Notices that somebody had to have, and has. */
  notices: number;
}

/** Waits until all services are at rest, and compares what they hold with what they acknowledged. */
export async function checkDesk(tree: DeskTree, acknowledged: readonly Acknowledged[]): Promise<DeskFindings> {
  const connection = await connectMongo(tree.ready?.mongodbUri ?? '', 'directory');
  try {
    const dbs = Object.fromEntries(
      DOMAINS.map((domain) => [domain, connection.getClient().db(domain)]),
    ) as unknown as Dbs;
    const stuck = await until('the services come to rest', () => isAtRest(dbs)).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    const all = await Promise.all(DOMAINS.map((domain) => holdingsOf(domain, dbs[domain])));
    const writes = all.map((each) => checkWrites(each, acknowledged));
    const distributors = await Promise.all(DISTRIBUTORS.map(async (login) => (await tree.viewer(login)).id ?? ''));
    const inbox = await checkInboxes(dbs.notifications, all, distributors);
    return {
      entries: all.reduce((sum, { entries }) => sum + entries.length, 0),
      lost: writes.reduce((sum, { lost }) => sum + lost.length, 0),
      doubled: writes.reduce((sum, { doubled }) => sum + doubled.length, 0),
      notices: inbox.notices,
      violations: [
        ...stuck,
        ...writes.flatMap(({ lost, doubled }) => [...lost, ...doubled]),
        ...all.flatMap(({ domain, entries }) => gaps(entries).map((gap) => `${domain}: ${gap}`)),
        ...all.flatMap(badRecords),
        ...all.flatMap(unasked),
        ...(await Promise.all(DOMAINS.map((domain) => badChain(tree, domain)))).flat(),
        ...(await badMirrors(dbs, all)),
        ...inbox.violations,
      ],
    };
  } finally {
    await connection.close();
  }
}

/** True when all outboxes are in the logs, and whoever follows a log has read all of it. */
async function isAtRest(dbs: Dbs): Promise<boolean> {
  const heads = new Map<string, number>();
  for (const domain of DOMAINS) {
    for (const { kept } of await collectionsOf(dbs[domain]))
      if (await kept.countDocuments({ dirty: true }, { limit: 1 })) return false;
    const [last] = await dbs[domain].collection<LogEntry>('log').find().sort({ _id: -1 }).limit(1).toArray();
    heads.set(domain, last?._id ?? 0);
  }
  for (const domain of DOMAINS) {
    const read = new Set<string>();
    for (const { _id, position } of await checkpoints(dbs[domain])) {
      const [followed = ''] = _id.split(':');
      read.add(followed);
      if (position.pos !== heads.get(followed)) return false;
    }
    if (followedBy(domain).some((followed) => heads.get(followed) !== 0 && !read.has(followed))) return false;
  }
  return true;
}

function checkpoints(db: Db) {
  return db.collection<{ _id: string; position: { pos: number } }>('checkpoints').find().toArray();
}

/** The collections that hold records: those that the journal writes. */
async function collectionsOf(db: Db) {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  const all = names.map((name) => ({ name, kept: db.collection<Stored<Aggregate>>(name) }));
  const held = await Promise.all(
    all.map(({ kept }) => kept.countDocuments({ outbox: { $exists: true } }, { limit: 1 })),
  );
  return all.filter((_each, index) => held[index]);
}

async function holdingsOf(domain: Domain, db: Db): Promise<Holdings> {
  const entries = await db.collection<LogEntry>('log').find().sort({ _id: 1 }).toArray();
  const records = new Map<string, Kept>();
  for (const { name, kept } of await collectionsOf(db))
    for (const record of (await kept.find().toArray()) as Stored<Aggregate>[])
      records.set(record._id, { ...record, kind: name });
  return { domain, entries, records };
}

/** Each acknowledged mutation stands in one record, under its key, and the log holds the event of that version. */
function checkWrites(
  { domain, entries, records }: Holdings,
  acknowledged: readonly Acknowledged[],
): { lost: string[]; doubled: string[] } {
  const held = new Map<string, { id: string; version: number }[]>();
  for (const { _id: id, keys, creationKey } of records.values()) {
    const own = [...(creationKey ? [{ key: creationKey.key, version: 1 }] : []), ...keys];
    for (const { key, version } of own) held.set(key, [...(held.get(key) ?? []), { id, version }]);
  }
  const logged = new Set(entries.map(({ aggregate, seq }) => `${aggregate} ${seq}`));
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const asked of acknowledged) {
    if (asked.domain !== domain) continue;
    const found = held.get(asked.key) ?? [];
    if (found.length > 1) doubled.push(`${asked.mutation} was done ${found.length} times`);
    const [place] = found.length ? found : placeOfForgotten(asked, records);
    if (!place || !logged.has(`${place.id} ${place.version}`))
      lost.push(
        `${asked.mutation} of ${asked.by} was acknowledged and is lost from ${place ? 'the log' : 'its record'}`,
      );
  }
  return { lost, doubled };
}

/** A record keeps its last keys. An older one counts where the record has that version, and is full. */
function placeOfForgotten({ shown }: Acknowledged, records: Holdings['records']): { id: string; version: number }[] {
  const keys = shown ? (records.get(shown.id)?.keys ?? []) : [];
  const [oldest] = keys;
  return shown && keys.length === KEYS_MAX && oldest && shown.version < oldest.version ? [shown] : [];
}

/** Each record's version is the number of its events, in order; a number is one record's; no event is without a record. */
function badRecords({ domain, entries, records }: Holdings): string[] {
  const seqs = new Map<string, number[]>();
  for (const { aggregate, seq } of entries) seqs.set(aggregate, [...(seqs.get(aggregate) ?? []), seq]);
  const wrong = [...records.values()].flatMap(({ _id, version }) => {
    const own = seqs.get(_id) ?? [];
    const isWhole = own.length === version && own.every((seq, index) => seq === index + 1);
    return isWhole ? [] : [`${domain}: ${_id} is at ${version}, its events say ${own.join(', ')}`];
  });
  const strange = [...seqs.keys()]
    .filter((id) => !records.has(id))
    .map((id) => `${domain}: ${id} has events and no record`);
  const numbers = [...records.values()].flatMap(({ kind, number }) => (number === null ? [] : [`${kind} ${number}`]));
  const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index);
  return [...wrong, ...strange, ...twice.map((number) => `${domain}: two of ${number}`)];
}

/**
 * What people did to a record stands under their keys: one event for each key, none behind the last. A key without an event found nothing to
 * do.
 */
function unasked({ domain, entries, records }: Holdings): string[] {
  const deeds = new Map<string, LogEntry[]>();
  for (const entry of entries)
    if (entry.actor.kind === 'PERSON' && entry.type !== NOTICE_DUE)
      deeds.set(entry.aggregate, [...(deeds.get(entry.aggregate) ?? []), entry]);
  return [...records.values()].flatMap(({ _id, kind, creationKey, keys }) => {
    const own = deeds.get(_id) ?? [];
    // Whoever makes a record follows it without having asked, and full records have forgotten keys.
    if (kind === 'follows' || keys.length === KEYS_MAX) return [];
    const versions = [...(creationKey && own[0] ? [own[0].seq] : []), ...keys.map(({ version }) => version)];
    let before = 0;
    const crowded = versions.flatMap((version) => {
      const deed = own.filter(({ seq }) => seq > before && seq <= version);
      before = version;
      return deed.length > 1 ? [`${_id} has ${deed.map(({ type }) => type).join(' and ')} under one key`] : [];
    });
    const rest = own.filter(({ seq }) => seq > before).map(({ type }) => `${type} of ${_id} was never asked for`);
    return [...crowded, ...rest].map((fault) => `${domain}: ${fault}`);
  });
}

/** The service's own check of its log, as an auditor asks for it. */
async function badChain(tree: DeskTree, domain: Domain): Promise<string[]> {
  const field = `${domain}Audit`;
  const viewer = await tree.viewer('ada');
  const query = `{ ${field} { verified complete firstBadPosition } }`;
  for (;;) {
    const { data, error } = await tree.ask({ domain, viewer, query, variables: {} });
    const check = data?.[field] as
      { verified: boolean; complete: boolean; firstBadPosition: number | null } | undefined;
    if (!check?.verified) return [`${domain}: the chain does not hold: ${error ?? check?.firstBadPosition}`];
    if (check.complete) return [];
  }
}

/** Each copy of a record of the directory is as of its last event. */
async function badMirrors(dbs: Dbs, all: readonly Holdings[]): Promise<string[]> {
  const originals = all.find(({ domain }) => domain === 'directory')?.records ?? new Map<string, Kept>();
  const bad: string[] = [];
  for (const domain of DOMAINS.filter((each) => followedBy(each).includes('directory'))) {
    let copies = 0;
    for (const { name } of await dbs[domain].listCollections({}, { nameOnly: true }).toArray()) {
      const mirrored = dbs[domain].collection<{ _id: string; seq: number }>(name);
      for (const { _id, seq } of await mirrored.find({ epoch: { $exists: true }, seq: { $exists: true } }).toArray()) {
        const original = originals.get(_id);
        if (!original) continue;
        copies++;
        if (original.version !== seq)
          bad.push(`${domain}: the copy of ${_id} is as of ${seq}, not ${original.version}`);
      }
    }
    if (!copies) bad.push(`${domain} has no copy of the directory`);
  }
  return bad;
}

interface Told {
  personId: string;
  code: string;
  at: Date;
  record: { id: string };
}

/** Whoever had to be told was told once of each thing, and nobody was told anything twice. */
async function checkInboxes(
  db: Db,
  all: readonly Holdings[],
  distributors: readonly string[],
): Promise<{ notices: number; violations: string[] }> {
  const told = new Map<string, number>();
  for (const { record, ...each } of await db.collection<Told>('notifications').find().toArray()) {
    const name = nameOf({ ...each, id: record.id });
    told.set(name, (told.get(name) ?? 0) + 1);
  }
  const due = all.flatMap(({ entries }) => newsFor(entries, distributors)).map(nameOf);
  return {
    notices: due.length,
    violations: [
      ...due.filter((name) => !told.has(name)).map((name) => `nobody told ${name}`),
      ...[...told].filter(([, times]) => times > 1).map(([name, times]) => `${name} was told ${times} times`),
    ],
  };
}

interface Told {
  personId: string;
  code: string;
  at: Date;
  record: { id: string };
}

interface News {
  personId: string;
  code: string;
  at: Date;
  id: string;
}

function nameOf({ personId, code, at, id }: News): string {
  return `${personId} of ${code} of ${id} at ${at.toISOString()}`;
}

/** Who had to be told what: the maker of a record what another did to it, and each distributor's person a notice for all distributors. */
function newsFor(entries: readonly LogEntry[], distributors: readonly string[]): News[] {
  const placeOf = ({ aggregate, at }: LogEntry) => `${aggregate} ${at.getTime()}`;
  const announced = new Set(entries.filter(({ type }) => type === NOTICE_DUE).map(placeOf));
  const makers = new Map<string, string>();
  return entries.flatMap((entry) => {
    const { aggregate: id, seq, type: code, actor, at, internal, data } = entry;
    if (code === NOTICE_DUE) {
      const { topic, audience } = data as unknown as NoticeData;
      if (audience.kind !== 'ALL_LDCS') return [];
      return distributors
        .filter((personId) => personId !== actor.id)
        .map((personId) => ({ personId, code: `notice.${topic}`, at, id }));
    }
    if (!MADE.test(code)) return [];
    if (seq === 1 && actor.kind === 'PERSON') makers.set(id, actor.id ?? '');
    const personId = makers.get(id);
    const isNews = actor.kind === 'PERSON' && actor.id !== personId && !internal && data['carried'] !== true;
    // What a notice announces is told by the notice.
    return isNews && personId !== undefined && !announced.has(placeOf(entry)) ? [{ personId, code, at, id }] : [];
  });
}
