import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { InputCheck } from '@desk/kit/api/input';
import { pageRequest } from '@desk/kit/api/page';
import { wordsOf } from '@desk/kit/api/search';
import { openFoundation, type Foundation } from '@desk/kit/service/service';
import { systemTime } from '@desk/kit/time/time-source';
import type { IncidentFilter } from '@desk/tickets/generated/api';
import type { Incident } from '@desk/tickets/incident/incident';
import type { IncidentStore } from '@desk/tickets/incident/store';
import { openIncident } from '@desk/tickets/incident/opening';
import { loadReferenceData } from '@desk/tickets/sla/port';
import { slaOver, type Sla } from '@desk/tickets/sla/sla';
import { openStore } from '@desk/tickets/store';
import { startChild } from './child.ts';
import { short, shortFigure, type Outcome, type Table } from './outcome.ts';
import { ratioOf, type Goal } from './ratio.ts';

/** Wanted at most: milliseconds in the large desk over those in the small one. */
const PAGE_GOAL = 1.5;
const SEARCH_GOAL = 3;

const ORGANIZATIONS = 60;
const PAGE = 25;
const BATCH = 2_000;
const MINUTE_MS = 60_000;
const BEGINNING = Date.UTC(2026, 0, 1);
const TITLES = ['meter', 'reads', 'missing', 'batch', 'file', 'rejected', 'portal', 'slow', 'billing', 'late'];

/** How many incidents the two desks hold, and how often each question is asked. */
export interface ScalePlan {
  small: number;
  large: number;
  rounds: number;
}

/** What a user asks, with the most that its time may grow. Null where the large desk has more to find than the small one. */
const QUESTIONS: Record<string, { filter: IncidentFilter; goal: number | null }> = {
  'the newest': { filter: {}, goal: PAGE_GOAL },
  open: { filter: { open: true }, goal: PAGE_GOAL },
  'of a distributor': { filter: { organizationId: ['org_7'] }, goal: PAGE_GOAL },
  'open of a group': { filter: { open: true, assignmentGroupId: ['PORTAL'] }, goal: PAGE_GOAL },
  'closed of a group': { filter: { state: ['CLOSED'], assignmentGroupId: ['PORTAL'] }, goal: PAGE_GOAL },
  'of a service that has none': { filter: { serviceId: ['NONE'] }, goal: PAGE_GOAL },
  breached: { filter: { breached: true }, goal: PAGE_GOAL },
  'two common words': { filter: { text: 'meter reads' }, goal: SEARCH_GOAL },
  'a rare word': { filter: { text: 'meter case17' }, goal: null },
};

interface Desk {
  foundation: Foundation;
  incidents: IncidentStore;
}

/** Pages, searches and creations of the tickets store with few incidents and with many: how their times grow. */
export async function scaleSuite({ small, large, rounds }: ScalePlan): Promise<Outcome> {
  const engine = process.env['MONGODB_URI'] ? null : await startChild({ file: 'src/store-engine.ts', core: 1 });
  const uri = process.env['MONGODB_URI'] ?? (await engine?.call<string>('uri')) ?? '';
  const sla = slaOver(loadReferenceData());
  const desks: Desk[] = [];
  try {
    for (const count of [small, large]) desks.push(await filledDesk(uri, count, sla));
    const table: Table = { title: 'page of 25', columns: [`${small} ms`, `${large} ms`, 'large/small'], rows: [] };
    const goals: Goal[] = [];
    const slices: Record<string, number[]> = {};
    const measure = async (name: string, goal: number | null, act: (desk: Desk) => Promise<unknown>) => {
      const [few = [], many = []] = await timesOf(desks, rounds, act);
      const ratio = ratioOf(many, few);
      table.rows.push({
        name,
        cells: [shortFigure(few), shortFigure(many), `${short(ratio.median)}/${short(ratio.best)}`],
      });
      if (goal !== null) goals.push({ name: `${name}: large/small`, figure: ratio, bound: { atMost: goal } });
      Object.assign(slices, { [`${name}.${small}`]: few, [`${name}.${large}`]: many });
    };
    for (const [name, { filter, goal }] of Object.entries(QUESTIONS))
      await measure(name, goal, ({ incidents }) =>
        incidents.list('ALL', { filter, order: null }, pageRequest({ first: PAGE })),
      );
    await measure('create', PAGE_GOAL, ({ incidents, foundation }) => {
      const { record, events } = opened(foundation, sla, Date.now() / MINUTE_MS);
      return incidents.records.create(record, events, { numbered: true });
    });
    return { suite: 'scale', tables: [table], goals, slices, peers: [] };
  } finally {
    for (const { foundation } of desks) {
      await foundation.connection.dropDatabase();
      await foundation.close();
    }
    await engine?.call('close');
  }
}

/** The milliseconds of an act in each desk, round by round, in turn. */
async function timesOf(desks: readonly Desk[], rounds: number, act: (desk: Desk) => Promise<unknown>) {
  const times = desks.map((): number[] => []);
  for (const desk of desks) await act(desk);
  for (let round = 0; round < rounds; round++) {
    for (const [place, desk] of desks.entries()) {
      const start = performance.now();
      await act(desk);
      times[place]?.push(performance.now() - start);
    }
  }
  return times;
}

async function filledDesk(mongodbUri: string, count: number, sla: Sla): Promise<Desk> {
  const foundation = await openFoundation({
    service: 'tickets',
    config: { host: '127.0.0.1', port: 0, mongodbUri, database: `bench_scale_${count}` },
    deps: {
      time: systemTime,
      random: systemRandom,
      logger: createLogger('scale', 'warn'),
      stream: new MemoryStream(),
      pull: async () => ({ events: [], head: { epoch: 1, pos: 0 } }),
      signToken: async () => '',
      verifyToken: async () => ({ purpose: 'SERVICE', viewer: null }),
    },
  });
  await foundation.connection.dropDatabase();
  const { incidents } = await openStore(foundation);
  for (let from = 0; from < count; from += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, place) => from + place);
    const rows = places.map((place) => stored(opened(foundation, sla, place).record, place));
    await incidents.records.collection.insertMany(rows as never[]);
  }
  return { foundation, incidents };
}

/** An incident as the journal leaves it once the log has it: one in twenty is open. */
function stored(record: Incident, place: number): object {
  return {
    ...record,
    number: place + 1,
    version: 1,
    state: place % 20 ? 'CLOSED' : 'NEW',
    assignmentGroupId: place % 3 ? 'READS_VEE' : 'PORTAL',
    dirty: false,
    outbox: [],
    keys: [],
    creationKey: null,
    basisVersion: 1,
    leaseUntil: null,
    search: { words: wordsOf([record.title, record.description]) },
  };
}

function opened({ newId }: Foundation, sla: Sla, place: number) {
  const [one, other] = [TITLES[place % TITLES.length], TITLES[(place >> 3) % TITLES.length]];
  return openIncident(
    { id: newId('inc'), organizationId: `org_${Math.floor(place) % ORGANIZATIONS}`, source: 'PORTAL' },
    {
      title: `${one} ${other} case${Math.floor(place) % 5_000}`,
      description: 'Meter reads of the morning are missing since the batch. '.repeat(4),
      serviceId: 'METER_READS',
      environment: 'PRODUCTION',
      impact: 'LOW',
      urgency: 'MEDIUM',
    },
    {
      at: new Date(BEGINNING + place * MINUTE_MS),
      by: { id: 'per_bench', kind: 'PERSON', actingFor: null },
      check: new InputCheck(),
      sla,
      viewer: null,
    },
  );
}
