import { setTimeout as delay } from 'node:timers/promises';
import { systemTime } from '@desk/kit/time/time-source';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { DURABLE } from '@desk/kit/process/mongo';
import { InputCheck } from '@desk/kit/api/input';
import { pageRequest } from '@desk/kit/api/page';
import { RECORD_ONLY } from '@desk/kit/write/record';
import { openFoundation } from '@desk/kit/service/service';
import type { IncidentDecision } from '@desk/tickets/incident/event';
import type { Incident, IncidentActContext } from '@desk/tickets/incident/incident';
import { reclassifyIncident } from '@desk/tickets/incident/acts';
import { openIncident } from '@desk/tickets/incident/opening';
import { loadReferenceData } from '@desk/tickets/sla/port';
import { slaOver } from '@desk/tickets/sla/sla';
import { openStore } from '@desk/tickets/store';
import type { mongo } from 'mongoose';
import { answerCalls } from './child.ts';
import { cpuNs } from './cpu.ts';
import { profileCalls } from './profile.ts';

/** What is done, by whom, and for how long. */
export interface StoreRequest {
  operation: StoreOperation;
  by: 'native' | 'desk';
  ms: number;
}

export type StoreOperation = 'create' | 'change' | 'list50' | 'byId50';

export interface StoreResult {
  completed: number;
  ms: number;
  /** CPU time of this process for one operation, in milliseconds; for writes with all that follows until the log has them. */
  cpuMs: number;
}

const CONCURRENCY = 8;
const INCIDENTS = 1_000;
const ORGANIZATIONS = 60;
const PAGE = 50;
const DRAIN_POLL_MS = 20;
const NS_PER_MS = 1e6;
const DATABASE = 'bench_tickets';

/*
 * The tickets service's store in a process of its own, on MONGODB_URI. The native
 * driver does the same work on the same documents over the same connection, with the same write concern.
 */
const foundation = await openFoundation({
  service: 'tickets',
  config: { host: '127.0.0.1', port: 0, mongodbUri: process.env['MONGODB_URI'] ?? '', database: DATABASE },
  deps: {
    time: systemTime,
    random: systemRandom,
    logger: createLogger('store', 'warn'),
    stream: new MemoryStream(),
    pull: async () => ({ events: [], head: { epoch: 1, pos: 0 } }),
    signToken: async () => '',
    verifyToken: async () => ({ purpose: 'SERVICE', viewer: null }),
  },
});
const { connection, newId } = foundation;
await connection.dropDatabase();
const { incidents: store } = await openStore(foundation);
foundation.startRelay();
const sla = slaOver(loadReferenceData());
const incidents = store.records.collection as unknown as mongo.Collection<Incident>;
// Its own collection, so that an insert of the native driver pays for the same indexes but never meets a number twice.
const natives = connection.collection<Incident>('native_incidents');
for (const { key, name: _name, v: _version, ...options } of await incidents.indexes()) {
  if (!('_id' in key)) await natives.createIndex(key, options);
}

const ids: string[] = [];
for (let n = 0; n < INCIDENTS; n++) {
  const { record, events } = opened(n);
  ids.push(record._id);
  await store.records.create(record, events, { numbered: true });
  await natives.insertOne({ ...record, number: n + 1 }, DURABLE);
}

let turn = 0;
const nextId = () => ids[turn++ % ids.length] ?? '';
const somePage = () => Array.from({ length: PAGE }, (_, n) => ids[(turn + n * 7) % ids.length] ?? '');
const newest = pageRequest({ first: PAGE });

const OPERATIONS: Record<StoreOperation, Record<StoreRequest['by'], () => Promise<unknown>>> = {
  create: {
    native: () => natives.insertOne(opened(turn++).record, DURABLE),
    desk: () => {
      const { record, events } = opened(turn++);
      return store.records.create(record, events, { numbered: true });
    },
  },
  change: {
    native: () =>
      natives.updateOne(
        { _id: nextId() },
        { $set: { urgency: turn % 2 ? 'LOW' : 'MEDIUM', updatedAt: new Date() }, $inc: { version: 1 } },
        DURABLE,
      ),
    desk: () =>
      store.records.change(nextId(), { reach: 'ALL' }, (incident) =>
        reclassifyIncident(
          incident,
          { impact: incident.impact, urgency: incident.urgency === 'LOW' ? 'MEDIUM' : 'LOW' },
          act(),
        ),
      ),
  },
  list50: {
    // One row more, as the product reads it to know whether a next page exists.
    native: () =>
      incidents
        .find({}, { projection: RECORD_ONLY })
        .sort({ createdAt: -1, _id: -1 })
        .limit(PAGE + 1)
        .toArray(),
    desk: () => store.list('ALL', { filter: {}, order: null }, newest),
  },
  byId50: {
    native: () => incidents.find({ _id: { $in: somePage() } }, { projection: RECORD_ONLY }).toArray(),
    desk: () => store.byIds('ALL', somePage()),
  },
};

answerCalls({
  ...profileCalls,
  run: async ({ operation, by, ms }: StoreRequest): Promise<StoreResult> => {
    const work = OPERATIONS[operation][by];
    const start = performance.now();
    const before = cpuNs(process.pid);
    let completed = 0;
    const worker = async () => {
      for (; performance.now() - start < ms; completed++) {
        await work();
        turn += 1;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    const wall = performance.now() - start;
    await drained();
    return { completed, ms: wall, cpuMs: (cpuNs(process.pid) - before) / NS_PER_MS / completed };
  },
  close: async () => {
    await connection.dropDatabase();
    await foundation.close();
  },
});

async function drained(): Promise<void> {
  while ((await incidents.countDocuments({ dirty: true }, { limit: 1 })) > 0) await delay(DRAIN_POLL_MS);
}

function opened(n: number): IncidentDecision {
  const organizationId = `org_${n % ORGANIZATIONS}`;
  return openIncident(
    { id: newId('inc'), organizationId, source: 'PORTAL' },
    {
      title: 'Meter reads of 3 March are missing for part of the territory',
      description:
        'The nightly delivery ended without an error, but the report lists fewer meters than the day before. '.repeat(
          3,
        ),
      serviceId: 'METER_READS',
      environment: 'PRODUCTION',
      impact: 'LOW',
      urgency: 'MEDIUM',
    },
    act(),
  );
}

function act(): IncidentActContext {
  return {
    at: systemTime.now(),
    by: { id: 'per_bench', kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    sla,
    viewer: null,
  };
}
