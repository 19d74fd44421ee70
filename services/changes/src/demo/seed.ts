import { InputCheck } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  acceptChange,
  assessChange,
  cancelChange,
  closeChange,
  completeChange,
  declineChange,
  planChange,
  publishChange,
  startChange,
  submitChange,
} from '../change/acts.ts';
import { CHANGE_NAMES, type Change, type ChangeActContext } from '../change/change.ts';
import { writeComment, type ChangeDecision } from '../change/event.ts';
import { openChange } from '../change/opening.ts';
import { ChangeResult, ChangeRisk, ChangeType, Environment } from '../generated/api.ts';
import type { ChangesService } from '../service.ts';
import { findTemplate, type Template } from '../template/template.ts';

/** Ids of the demo's organizations by code and people by login; and the logins of the SME's staff. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
  staff: ReadonlySet<string>;
}

const HOUR_MS = 3_600_000;

const text = z.string().min(1);
const hours = z.number();
const step = z.strictObject({
  /** Hours after the step before. */
  after: hours.positive(),
  by: text.default('cleo'),
  accept: z.literal(true).optional(),
  decline: text.optional(),
  assess: z.enum(ChangeType).optional(),
  template: text.optional(),
  environment: z.enum(Environment).default('PRODUCTION'),
  risk: z.enum(ChangeRisk).default('LOW'),
  /** The window: hours from now to its begin, and its length. */
  plan: z.strictObject({ from: hours, lasts: hours.positive(), outage: z.boolean(), action: z.boolean() }).optional(),
  implementation: text.optional(),
  test: text.optional(),
  backout: text.optional(),
  notice: text.optional(),
  submit: z.literal(true).optional(),
  start: z.literal(true).optional(),
  complete: z.enum(ChangeResult).optional(),
  close: z.literal(true).optional(),
  review: text.optional(),
  publish: z.literal(true).optional(),
  cancel: text.optional(),
  comment: text.optional(),
});
const story = z.strictObject({
  organization: text,
  by: text,
  /** Hours before now. */
  ago: hours.positive(),
  title: text,
  reason: text,
  benefit: text,
  services: z.array(text),
  steps: z.array(step).default([]),
});
type Story = z.infer<typeof story>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-changes.yaml`, as of `now`. Told again, it adds nothing. */
export async function seedChanges(service: ChangesService, ids: DemoIds, now: Date): Promise<void> {
  const oldestFirst = [...stories().entries()].sort(([, a], [, b]) => b.ago - a.ago);
  for (const [place, each] of oldestFirst) await tell(service, { story: each, place, ids }, now);
}

/** True when the stories may go into a database that may be somebody's: it holds no change, or has a story already. */
export async function areChangesSeedable({ store }: Pick<ChangesService, 'store'>): Promise<boolean> {
  const { collection } = store.changes.records;
  const ids = stories().map((_story, place) => storyId(place));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

async function tell(
  { store: { changes: store }, templates }: ChangesService,
  { story, place, ids }: { story: Story; place: number; ids: DemoIds },
  now: Date,
): Promise<void> {
  const id = storyId(place);
  if (await store.records.exists(id)) return;
  const act = (at: Date, login: string): ChangeActContext => ({
    at,
    by: { id: idOf(ids.people, login), kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    viewer: null,
  });
  let at = new Date(now.getTime() - story.ago * HOUR_MS);
  const organizationId = idOf(ids.organizations, story.organization);
  const opened = openChange({ id, organizationId }, { ...story, serviceIds: story.services }, act(at, story.by));
  const created = await store.records.create(opened.record, opened.events, { key: key(id), numbered: true });
  let change = created.record;
  for (const [number, each] of story.steps.entries()) {
    at = new Date(at.getTime() + each.after * HOUR_MS);
    if (at > now) break;
    const by = act(at, each.by);
    if (each.comment) {
      const comment = {
        id: commentId(place, number),
        text: each.comment,
        fromStaff: ids.staff.has(each.by),
        carried: false,
      };
      const { record, events } = writeComment(change, comment, by);
      await store.comments.records.create(record, events, { key: key(record._id) });
    }
    const decision = play(change, each, { act: by, now, templates });
    if (decision) change = (await store.records.change(id, { reach: 'ALL' }, () => decision)).record;
  }
}

/** Plays a step of a story by the rule that it names. Null for a step that does nothing to the change. */
function play(
  change: Change,
  step: Step,
  { act, now, templates }: { act: ChangeActContext; now: Date; templates: readonly Template[] },
): ChangeDecision | null {
  const hoursFromNow = (from: number) => new Date(now.getTime() + from * HOUR_MS);
  if (step.accept) return acceptChange(change, {}, act);
  if (step.decline) return declineChange(change, { reason: step.decline }, act);
  if (step.assess) {
    const { assess: type, environment, risk: riskAnswer } = step;
    return assessChange(
      change,
      { type, template: findTemplate(templates, step.template ?? ''), environment, riskAnswer },
      act,
    );
  }
  if (step.plan) {
    const { from, lasts, outage, action: ldcActionNeeded } = step.plan;
    const { implementation = '', test = '', backout = '', notice = '' } = step;
    const window = { plannedStart: hoursFromNow(from), plannedEnd: hoursFromNow(from + lasts) };
    return planChange(change, { implementation, test, backout, notice, ...window, outage, ldcActionNeeded }, act);
  }
  if (step.submit) return submitChange(change, { template: findTemplate(templates, change.templateId ?? '') }, act);
  if (step.start) return startChange(change, {}, act);
  if (step.complete) return completeChange(change, { result: step.complete }, act);
  if (step.close) return closeChange(change, { review: step.review ?? null }, act);
  if (step.publish) return publishChange(change, {}, act);
  if (step.cancel) return cancelChange(change, { reason: step.cancel }, act);
  return null;
}

function stories(): Story[] {
  const file = new URL('../../data/demo-changes.yaml', import.meta.url);
  return z.strictObject({ stories: z.array(story) }).parse(parse(readFileSync(file, 'utf8'))).stories;
}

function storyId(place: number): string {
  return derivedId(CHANGE_NAMES.idPrefix, { principal: 'demo', operation: 'seed', key: String(place) });
}

function commentId(place: number, number: number): string {
  return derivedId('chc', { principal: 'demo', operation: 'seed', key: `${place}.${number}` });
}

function key(id: string) {
  return { key: `seed:${id}`, hash: id };
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo changes name ${name}, whom the directory's demo data do not have.`);
  return id;
}
