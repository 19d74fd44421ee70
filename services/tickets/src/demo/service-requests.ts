import { InputCheck } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { currentItems } from '../catalogue-item/catalogue-item.ts';
import { accept, approve, ask, cancel, fulfil, startWork } from '../service-request/acts.ts';
import type { RequestDecision } from '../service-request/event.ts';
import { openRequest } from '../service-request/opening.ts';
import { REQUEST_NAMES, type RequestActContext, type ServiceRequest } from '../service-request/service-request.ts';
import type { TicketsService } from '../service.ts';
import type { DemoIds } from './seed.ts';

const HOUR_MS = 3_600_000;

const text = z.string().min(1);
const step = z.strictObject({
  /** Hours after the step before. */
  after: z.number().positive(),
  by: text.default('sam'),
  approve: z.literal(true).optional(),
  start: z.literal(true).optional(),
  ask: text.optional(),
  fulfil: text.optional(),
  accept: z.literal(true).optional(),
  cancel: text.optional(),
});
const story = z.strictObject({
  organization: text,
  by: text,
  /** Hours before now. */
  ago: z.number().positive(),
  item: text,
  values: z.record(text, text),
  steps: z.array(step).default([]),
});
type Story = z.infer<typeof story>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-service-requests.yaml`, as of `now`. Told again, it adds nothing. */
export async function seedServiceRequests(service: TicketsService, ids: DemoIds, now: Date): Promise<void> {
  const oldestFirst = [...stories().entries()].sort(([, first], [, second]) => second.ago - first.ago);
  for (const [place, each] of oldestFirst) await tell(service, { told: each, place, ids }, now);
}

/** In one write: the story lies in the past, and timers would act between its steps. */
async function tell(
  { store, items, sla }: TicketsService,
  { told, place, ids }: { told: Story; place: number; ids: DemoIds },
  now: Date,
): Promise<void> {
  const id = derivedId(REQUEST_NAMES.idPrefix, { principal: 'demo', operation: 'seed', key: String(place) });
  const { records } = store.requests;
  if (await records.exists(id)) return;
  const item = currentItems(items).find((each) => each.id === told.item);
  if (!item) throw new Error(`The demo asks for ${told.item}, which the catalogue does not have.`);
  const act = (at: Date, login: string): RequestActContext => ({
    at,
    by: { id: idOf(ids.people, login), kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    viewer: null,
    sla,
    item,
  });
  let at = new Date(now.getTime() - told.ago * HOUR_MS);
  const values = Object.entries(told.values).map(([name, value]) => ({ name, value }));
  const made = { id, organizationId: idOf(ids.organizations, told.organization) };
  const decisions: RequestDecision[] = [openRequest(made, { values }, act(at, told.by))];
  for (const each of told.steps) {
    at = new Date(at.getTime() + each.after * HOUR_MS);
    const last = decisions.at(-1);
    if (at > now || !last) break;
    decisions.push(play(last.record, each, act(at, each.by)));
  }
  const last = decisions.at(-1);
  const [first, ...events] = decisions.flatMap((decision) => decision.events);
  if (last && first)
    await records.create(last.record, [first, ...events], { key: { key: `seed:${id}`, hash: id }, numbered: true });
}

/** Plays a step of a story by the rule that it names. */
function play(request: ServiceRequest, step: Step, act: RequestActContext): RequestDecision {
  if (step.approve) return approve(request, {}, act);
  if (step.start) return startWork(request, {}, act);
  if (step.ask) return ask(request, { question: step.ask }, act);
  if (step.fulfil) return fulfil(request, { result: step.fulfil }, act);
  if (step.accept) return accept(request, {}, act);
  if (step.cancel) return cancel(request, { reason: step.cancel }, act);
  throw new Error('A step of the demo’s service requests does nothing.');
}

function stories(): Story[] {
  const file = new URL('../../data/demo-service-requests.yaml', import.meta.url);
  return z.strictObject({ requests: z.array(story) }).parse(parse(readFileSync(file, 'utf8'))).requests;
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo's service requests name ${name}, whom the directory's demo data do not have.`);
  return id;
}
