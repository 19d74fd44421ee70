import { numbersOfYear } from '@desk/kit/api/numbers';
import { InputCheck } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import { requestKey } from '@desk/kit/write/request';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { addEntry, approveImpact, assess, estimate, move } from '../continuity-event/acts.ts';
import {
  EVENT_NAMES,
  yearOf,
  type ContinuityEvent,
  type EventActContext,
} from '../continuity-event/continuity-event.ts';
import type { EventDecision } from '../continuity-event/event.ts';
import { declare } from '../continuity-event/opening.ts';
import {
  ContinuityEnvironment,
  ContinuityEventKind,
  ContinuityResponse,
  ContinuityStage,
  OperatingSite,
} from '../generated/api.ts';
import { acknowledge, publish } from '../report/acts.ts';
import { ACKNOWLEDGEMENT_NAMES, REPORT_NAMES, reportNumbers, type SituationReport } from '../report/report.ts';
import type { ContinuityService } from '../service.ts';

/** Ids of the demo's organizations by code and people by login. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
}

const HOUR_MS = 3_600_000;

const text = z.string().min(1);
const hours = z.number();
const step = z.strictObject({
  /** Hours after the step before. */
  after: hours.positive(),
  by: text.default('rae'),
  entry: text.optional(),
  assess: z.enum(ContinuityResponse).optional(),
  dataAtRisk: z.boolean().default(false),
  workaround: text.optional(),
  approve: z.literal(true).optional(),
  /** What the report says, in English and in French, and in how many hours the next one is due. */
  report: text.optional(),
  rapport: text.optional(),
  nextAfter: hours.positive().optional(),
  /** The organization that acknowledges the last report. */
  acknowledge: text.optional(),
  /** A new estimate of the whole outage, in hours. */
  expected: hours.positive().optional(),
  move: z.enum(ContinuityStage).optional(),
  site: z.enum(OperatingSite).optional(),
  reason: text.optional(),
});
const story = z.strictObject({
  by: text,
  /** Hours before now. */
  ago: hours.positive(),
  kind: z.enum(ContinuityEventKind),
  environment: z.enum(ContinuityEnvironment),
  title: text,
  services: z.array(text),
  percent: z.number(),
  began: hours,
  expected: hours.positive(),
  steps: z.array(step).default([]),
});
type Story = z.infer<typeof story>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-continuity.yaml`, as of `now`. Told again, it adds nothing. */
export async function seedEvents(service: ContinuityService, ids: DemoIds, now: Date): Promise<void> {
  for (const [place, each] of stories().entries()) await tell(service, { story: each, place, ids }, now);
}

/** True when the stories may go into a database that may be somebody's: it holds no event, or has a story already. */
export async function areEventsSeedable({ store }: Pick<ContinuityService, 'store'>): Promise<boolean> {
  const { collection } = store.events.records;
  const ids = stories().map((_story, place) => demoId(EVENT_NAMES.idPrefix, String(place)));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

async function tell(
  { store, criticalServices }: ContinuityService,
  { story: told, place, ids }: { story: Story; place: number; ids: DemoIds },
  now: Date,
): Promise<void> {
  const id = demoId(EVENT_NAMES.idPrefix, String(place));
  if (await store.events.records.exists(id)) return;
  const act = (at: Date, login: string): EventActContext => ({
    at,
    by: { id: idOf(ids.people, login), kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    viewer: null,
  });
  let at = new Date(now.getTime() - told.ago * HOUR_MS);
  const opened = declare(
    { id, organizationId: idOf(ids.organizations, 'SME') },
    {
      ...told,
      stage: 'INITIAL_RESPONSE',
      serviceIds: told.services,
      criticalServices: told.services.filter((code) => criticalServices.some((each) => each.id === code)).length,
      affectedOrganizationIds: null,
      distributorsAffectedPercent: told.percent,
      outageStartedAt: new Date(at.getTime() - told.began * HOUR_MS),
      expectedOutage: told.expected * HOUR_MS,
    },
    act(at, told.by),
  );
  const numbered = numbersOfYear(yearOf(at));
  let { record: event } = await store.events.records.create(opened.record, opened.events, { key: key(id), numbered });
  let report: SituationReport | null = null;
  for (const [number, each] of told.steps.entries()) {
    at = new Date(at.getTime() + each.after * HOUR_MS);
    if (at > now) break;
    const by = act(at, each.by);
    if (each.report) report = await publishReport(store, { event, step: each, place: `${place}.${number}`, ids }, by);
    if (each.acknowledge && report) {
      const organizationId = idOf(ids.organizations, each.acknowledge);
      const asked = { principal: by.by.id ?? '', operation: 'acknowledge', key: `${report._id} ${organizationId}` };
      const made = acknowledge(
        { event, report },
        { id: derivedId(ACKNOWLEDGEMENT_NAMES.idPrefix, asked), organizationId },
        by,
      );
      await store.acknowledgements.records.create(made.record, made.events, { key: requestKey(asked, {}) });
    }
    const decision = play(event, each, by);
    if (decision) event = (await store.events.records.change(id, { reach: 'ALL' }, () => decision)).record;
  }
}

async function publishReport(
  store: ContinuityService['store'],
  { event, step, place, ids }: { event: ContinuityEvent; step: Step; place: string; ids: DemoIds },
  act: EventActContext,
): Promise<SituationReport> {
  const roster = [...ids.organizations].filter(([code]) => code.startsWith('LDC-')).map(([, id]) => id);
  const input = {
    id: demoId(REPORT_NAMES.idPrefix, place),
    roster,
    english: step.report ?? '',
    french: step.rapport ?? null,
    requiresAcknowledgement: true,
    nextReportDueAt: step.nextAfter ? new Date(act.at.getTime() + step.nextAfter * HOUR_MS) : null,
  };
  const { record, events } = publish(event, input, act);
  const numbered = reportNumbers(event.number ?? 0);
  return (await store.reports.records.create(record, events, { key: key(record._id), numbered })).record;
}

/** Plays a step of a story by the rule that it names. Null for a step that does nothing to the event. */
function play(event: ContinuityEvent, step: Step, act: EventActContext): EventDecision | null {
  const { dataAtRisk, workaround = null, reason = null, site = null } = step;
  if (step.entry) return addEntry(event, { text: step.entry, occurredAt: null }, act);
  if (step.assess) {
    const { distributorsAffectedPercent } = event;
    const input = { services: undefined, distributorsAffectedPercent, dataAtRisk, workaround, response: step.assess };
    return assess(event, input, act);
  }
  if (step.approve) return approveImpact(event, {}, act);
  if (step.expected) return estimate(event, { expectedOutage: step.expected * HOUR_MS, reason }, act);
  if (step.move) return move(event, { to: step.move, reason, outageStartedAt: null, operatingSite: site }, act);
  return null;
}

function stories(): Story[] {
  const file = new URL('../../data/demo-continuity.yaml', import.meta.url);
  return z.strictObject({ stories: z.array(story) }).parse(parse(readFileSync(file, 'utf8'))).stories;
}

function demoId(prefix: string, key: string): string {
  return derivedId(prefix, { principal: 'demo', operation: 'seed', key });
}

function key(id: string) {
  return { key: `seed:${id}`, hash: id };
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo's continuity events name ${name}, whom the directory's demo data do not have.`);
  return id;
}
