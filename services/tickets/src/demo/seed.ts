import type { Actor } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import type { CarriedComment } from '@desk/kit/conversation/message';
import { causeKey } from '@desk/kit/log/consequences';
import { derivedId } from '@desk/kit/process/ids';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  CauseCategory,
  Environment,
  Impact,
  IncidentHoldReason,
  IncidentResolutionCode,
  Urgency,
} from '../generated/api.ts';
import {
  answerIncident,
  assignIncident,
  cancelIncident,
  closeIncident,
  holdIncident,
  reopenIncident,
  resolveIncident,
  resumeIncident,
  startIncident,
} from '../incident/acts.ts';
import { afterDue, deskAct, fireIncident } from '../incident/due.ts';
import { writeComment, writeNote, type IncidentDecision } from '../incident/event.ts';
import { INCIDENT_NAMES, type Incident, type IncidentActContext } from '../incident/incident.ts';
import { openIncident } from '../incident/opening.ts';
import type { IncidentStore } from '../incident/store.ts';
import type { TicketsService } from '../service.ts';

/** Ids of the demo's organizations by code and people by login; and the logins of the SME's staff. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
  staff: ReadonlySet<string>;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const CATCH_UP_MAX = 50;

const text = z.string().min(1);
const step = z.strictObject({
  after: z.string().regex(/^\d+(\.\d+)?(h|m)$/),
  by: text.optional(),
  assign: text.optional(),
  to: text.optional(),
  start: text.optional(),
  hold: z.enum(IncidentHoldReason).optional(),
  text: text.optional(),
  resume: z.literal(true).optional(),
  comment: text.optional(),
  note: text.optional(),
  resolve: z.enum(IncidentResolutionCode).optional(),
  cause: z.enum(CauseCategory).optional(),
  reopen: text.optional(),
  close: z.literal(true).optional(),
  cancel: text.optional(),
});
const story = z.strictObject({
  ldc: text,
  by: text,
  ago: z.string().regex(/^\d+(\.\d+)?(h|m)$/),
  title: text,
  description: text,
  service: text,
  category: text,
  environment: z.enum(Environment).default('PRODUCTION'),
  impact: z.enum(Impact),
  urgency: z.enum(Urgency),
  steps: z.array(step).max(20).default([]),
});
type Story = z.infer<typeof story>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-incidents.yaml`, as of `now`. Told again, it adds nothing. */
export async function seedIncidents(service: TicketsService, ids: DemoIds, now: Date): Promise<void> {
  const oldestFirst = [...stories().entries()].sort(([, a], [, b]) => durationMs(b.ago) - durationMs(a.ago));
  for (const [place, each] of oldestFirst) await tell(service, { story: each, place, ids }, now);
}

/** True when the stories may go into a database that may be somebody's: it holds no incident, or has a story already. */
export async function areIncidentsSeedable({ store }: Pick<TicketsService, 'store'>): Promise<boolean> {
  const { collection } = store.incidents.records;
  const ids = stories().map((_story, place) => storyId(place));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

/** A story, its place in the file, and the ids of those who are in it. */
interface Telling {
  story: Story;
  place: number;
  ids: DemoIds;
}

async function tell(
  { store: { incidents: store }, sla }: TicketsService,
  { story, place, ids }: Telling,
  now: Date,
): Promise<void> {
  const id = storyId(place);
  if (await store.records.exists(id)) return;
  const organizationId = idOf(ids.organizations, story.ldc);
  const act = (at: Date, login: string): IncidentActContext => ({
    at,
    by: actor(ids, login, story.ldc),
    check: new InputCheck(),
    sla,
    viewer: null,
  });
  let at = new Date(now.getTime() - durationMs(story.ago));
  const opened = openIncident(
    { id, organizationId, source: 'PORTAL' },
    { ...story, serviceId: story.service, contacts: contacts(story) },
    act(at, story.by),
  );
  const writes: Write[] = [opened];
  let incident = opened.record;
  const take = (decision: IncidentDecision | null) => {
    if (!decision) return;
    incident = decision.record;
    writes.push(decision);
  };
  for (const [number, step] of story.steps.entries()) {
    at = new Date(at.getTime() + durationMs(step.after));
    if (at > now) break;
    const login = step.by ?? 'sam';
    const by = act(at, login);
    const idFor = (prefix: string) =>
      derivedId(prefix, { principal: 'demo', operation: 'seed', key: `${place}.${number}` });
    const commentId = idFor(store.comments.prefix);
    const comment = (text: string): Write => {
      const said = { id: commentId, text, fromStaff: ids.staff.has(login), carried: true };
      const { record, events } = writeComment(incident, said, by);
      // Under the key of a consequence: the service finds the act in its own log, and must meet the comment.
      return () => store.comments.records.create(record, events, { key: causeKey(record._id) });
    };
    // A comment comes before its effect; a carried comment comes after its act.
    if (step.comment) writes.push(comment(step.comment));
    const said = step.start ?? (step.hold === 'CUSTOMER' ? step.text : undefined);
    const carried = said ? { id: commentId, text: said } : null;
    take(afterDue(incident, by, (current) => play(current, { ...step, carried, story, ids }, by)));
    if (carried) writes.push(comment(carried.text));
    if (step.note) {
      const { record, events } = writeNote(incident, { id: idFor(store.notes.prefix), text: step.note }, by);
      writes.push(() => store.notes.records.create(record, events, { key: key(record._id) }));
    }
  }
  for (let fires = 0; fires < CATCH_UP_MAX; fires++) {
    const fired = fireIncident(incident, deskAct(now, sla));
    if (!fired) break;
    take(fired);
  }
  await write(store, writes);
}

/** One write of a story: the incident's next decision, or a comment or note. */
type Write = IncidentDecision | (() => Promise<unknown>);

/**
 * Writes a story in the order in which the log is to tell it. No timer meets the incident before its last decision; one that
 * is interrupted stays as far as it came.
 */
async function write(store: IncidentStore, writes: readonly Write[]): Promise<void> {
  const last = writes.findLastIndex((each) => typeof each !== 'function');
  for (const [place, each] of writes.entries()) {
    if (typeof each === 'function') {
      await each();
      continue;
    }
    const { record, events } = each;
    const told = place === last ? record : { ...record, nextFireAt: null };
    if (place === 0) await store.records.create(told, events, { key: key(told._id), numbered: true });
    else {
      await store.records.change(told._id, { reach: 'ALL' }, ({ number }) => ({ record: { ...told, number }, events }));
    }
  }
}

/** Plays a step of a story by the rule that it names. Null for a step that does nothing to the incident. */
function play(
  incident: Incident,
  step: Step & { carried: CarriedComment | null; story: Story; ids: DemoIds },
  act: IncidentActContext,
): IncidentDecision | null {
  const { carried, story, ids, text = null } = step;
  const assigneeId = step.to ? idOf(ids.people, step.to) : null;
  if (step.assign) {
    const { category: categoryId, impact, urgency } = story;
    return assignIncident(incident, { assignmentGroupId: step.assign, assigneeId, categoryId, impact, urgency }, act);
  }
  if (step.start) {
    const by = incident.assigneeId ?? idOf(ids.people, 'sam');
    return startIncident(incident, { assigneeId: by, acknowledgement: carried }, act);
  }
  if (step.hold) {
    const reason = step.hold;
    const until = reason === 'SCHEDULED' ? new Date(act.at.getTime() + 48 * HOUR_MS) : null;
    const vendorReference = reason === 'VENDOR' ? text : null;
    const waitsFor = reason === 'CHANGE' || reason === 'PROBLEM' ? text : null;
    return holdIncident(incident, { reason, question: carried, until, vendorReference, waitsFor }, act);
  }
  if (step.resume) return resumeIncident(incident, {}, act);
  if (step.resolve) {
    const solution = { code: step.resolve, text: text ?? '', cause: step.cause ?? 'UNKNOWN', duplicateOf: null };
    return resolveIncident(incident, solution, act);
  }
  if (step.reopen) return reopenIncident(incident, { reason: step.reopen }, act);
  if (step.close) return closeIncident(incident, {}, act);
  if (step.cancel) return cancelIncident(incident, { reason: step.cancel }, act);
  if (step.comment) return answerIncident(incident, { fromStaff: ids.staff.has(step.by ?? 'sam') }, act);
  return null;
}

function contacts({ impact, urgency }: Story) {
  if (impact === 'LOW' || urgency === 'LOW') return [];
  return [
    {
      rank: 'MAIN' as const,
      name: 'Operations desk',
      phone: '+1 416 555 0101',
      availability: 'Weekdays 07:00 to 19:00',
    },
    { rank: 'BACKUP' as const, name: 'Control room', phone: '+1 416 555 0102', availability: 'Day and night' },
  ];
}

function actor(ids: DemoIds, login: string, ldc: string): Actor {
  return {
    id: idOf(ids.people, login),
    kind: 'PERSON',
    actingFor: login === 'aga' ? idOf(ids.organizations, ldc) : null,
  };
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo incidents name ${name}, whom the directory's demo data do not have.`);
  return id;
}

function stories(): Story[] {
  const file = new URL('../../data/demo-incidents.yaml', import.meta.url);
  return z.strictObject({ stories: z.array(story) }).parse(parse(readFileSync(file, 'utf8'))).stories;
}

function storyId(place: number): string {
  return derivedId(INCIDENT_NAMES.idPrefix, { principal: 'demo', operation: 'seed', key: String(place) });
}

function key(id: string) {
  return { key: `seed:${id}`, hash: id };
}

function durationMs(words: string): number {
  return Number.parseFloat(words) * (words.endsWith('h') ? HOUR_MS : MINUTE_MS);
}
