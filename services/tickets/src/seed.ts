import type { Actor } from '@desk/kit/event';
import { derivedId } from '@desk/kit/ids';
import type { Decision } from '@desk/kit/decision';
import { EVERYBODY } from '@desk/kit/write-scope';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { writeComment, writeNote } from './comment.ts';
import { causeKey } from './consequences.ts';
import { CauseCategory, Environment, HoldReason, Impact, ResolutionCode, Urgency } from './generated/api.ts';
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
  type CarriedComment,
} from './incident-acts.ts';
import { afterDue, fireIncident } from './incident-due.ts';
import { openIncident } from './incident-opening.ts';
import type { Act, Incident } from './incident.ts';
import type { TicketsService } from './service.ts';
import type { Store } from './store.ts';

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
  hold: z.enum(Object.values(HoldReason)).optional(),
  text: text.optional(),
  resume: z.literal(true).optional(),
  comment: text.optional(),
  note: text.optional(),
  resolve: z.enum(Object.values(ResolutionCode)).optional(),
  cause: z.enum(Object.values(CauseCategory)).optional(),
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
  environment: z.enum(Object.values(Environment)).default('PRODUCTION'),
  impact: z.enum(Object.values(Impact)),
  urgency: z.enum(Object.values(Urgency)),
  steps: z.array(step).max(20).default([]),
});
type Story = z.infer<typeof story>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-incidents.yaml`, as of `now`. Told again, it adds nothing. */
export async function seedIncidents(service: TicketsService, ids: DemoIds, now: Date): Promise<void> {
  const oldestFirst = [...stories().entries()].sort(([, a], [, b]) => durationMs(b.ago) - durationMs(a.ago));
  for (const [place, each] of oldestFirst) await tell(service, ids, each, place, now);
}

/** True when the stories may go into a database that may be somebody's: it holds no incident, or has a story already. */
export async function areIncidentsSeedable({ store }: Pick<TicketsService, 'store'>): Promise<boolean> {
  const { collection } = store.incidents;
  const ids = stories().map((_story, place) => storyId(place));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

async function tell(
  { store, sla }: TicketsService,
  ids: DemoIds,
  told: Story,
  place: number,
  now: Date,
): Promise<void> {
  const id = storyId(place);
  if (await store.incidents.exists(id)) return;
  const organizationId = idOf(ids.organizations, told.ldc);
  let at = new Date(now.getTime() - durationMs(told.ago));
  const act = (login: string): Act => ({ at, actor: actor(ids, login, told.ldc), sla, allowedActions: () => [] });
  const { record, events } = openIncident(
    { ...told, serviceId: told.service, contacts: contacts(told) },
    { id, organizationId, source: 'PORTAL' },
    act(told.by),
  );
  const writes: Write[] = [{ record, events }];
  let incident = record;
  const took = (decision: Decision<Incident> | null) => {
    if (!decision) return;
    incident = decision.record;
    writes.push(decision);
  };
  for (const [number, each] of told.steps.entries()) {
    at = new Date(at.getTime() + durationMs(each.after));
    if (at > now) break;
    const by = act(each.by ?? 'sam');
    const made = (prefix: string) => ({
      id: derivedId(prefix, 'demo', 'seed', `${place}.${number}`),
      at,
      actor: by.actor,
    });
    const fromSme = ids.staff.has(each.by ?? 'sam');
    const comment = (text: string): Write => {
      const { record, events } = writeComment(incident, text, made('com'), { fromSme, carried: true });
      // Under the key of a consequence: whoever follows the log finds the act that carried it, and must meet it.
      return () => store.comments.create(record, events, { key: causeKey(record._id) });
    };
    // A comment comes before what it does; what an act carries comes behind it.
    if (each.comment) writes.push(comment(each.comment));
    const said = each.start ?? (each.hold === 'CUSTOMER' ? each.text : undefined);
    const carried = said ? { id: made('com').id, text: said } : null;
    took(afterDue(incident, by, (current) => decide(current, { ...each, carried }, told, ids, by)));
    if (carried) writes.push(comment(carried.text));
    if (each.note) {
      const { record, events } = writeNote(incident, each.note, made('note'));
      writes.push(() => store.notes.create(record, events, { key: key(record._id) }));
    }
  }
  for (let fires = 0; fires < CATCH_UP_MAX; fires++) {
    const fired = fireIncident(incident, now, sla);
    if (!fired) break;
    took(fired);
  }
  await write(store, writes);
}

/** One write of a story: the incident's next decision, or a comment or note. */
type Write = Decision<Incident> | (() => Promise<unknown>);

/**
 * Writes a story in the order in which the log is to tell it. No timer meets the incident before its last decision; one that
 * is interrupted stays as far as it came.
 */
async function write(store: Store, writes: readonly Write[]): Promise<void> {
  const last = writes.findLastIndex((each) => typeof each !== 'function');
  for (const [place, each] of writes.entries()) {
    if (typeof each === 'function') {
      await each();
      continue;
    }
    const { record, events } = each;
    const told = place === last ? record : { ...record, nextFireAt: null };
    if (place === 0) await store.incidents.create(told, events, { key: key(told._id), numbered: true });
    else {
      await store.incidents.change(told._id, EVERYBODY, {}, ({ number }) => ({ record: { ...told, number }, events }));
    }
  }
}

function decide(
  incident: Incident,
  each: Step & { carried: CarriedComment | null },
  told: Story,
  ids: DemoIds,
  act: Act,
) {
  const assigneeId = each.to ? idOf(ids.people, each.to) : null;
  if (each.assign) {
    return assignIncident(
      incident,
      {
        assignmentGroupId: each.assign,
        assigneeId,
        categoryId: told.category,
        impact: told.impact,
        urgency: told.urgency,
      },
      act,
    );
  }
  if (each.start) {
    return startIncident(
      incident,
      { assigneeId: incident.assigneeId ?? idOf(ids.people, 'sam'), acknowledgement: each.carried },
      act,
    );
  }
  if (each.hold) {
    const reason = each.hold;
    const question = each.carried;
    const until = reason === 'SCHEDULED' ? new Date(act.at.getTime() + 48 * HOUR_MS) : null;
    const vendorReference = reason === 'VENDOR' ? (each.text ?? null) : null;
    const waitsFor = reason === 'CHANGE' || reason === 'PROBLEM' ? (each.text ?? null) : null;
    return holdIncident(incident, { reason, question, until, vendorReference, waitsFor }, act);
  }
  if (each.resume) return resumeIncident(incident, act);
  if (each.resolve) {
    return resolveIncident(
      incident,
      { code: each.resolve, text: each.text ?? '', cause: each.cause ?? 'UNKNOWN', duplicateOf: null },
      act,
    );
  }
  if (each.reopen) return reopenIncident(incident, each.reopen, act);
  if (each.close) return closeIncident(incident, act);
  if (each.cancel) return cancelIncident(incident, each.cancel, act);
  if (each.comment) return answerIncident(incident, ids.staff.has(each.by ?? 'sam'), act);
  return null;
}

function contacts(told: Story) {
  if (told.impact === 'LOW' || told.urgency === 'LOW') return [];
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
  const file = new URL('../data/demo-incidents.yaml', import.meta.url);
  return z.strictObject({ stories: z.array(story) }).parse(parse(readFileSync(file, 'utf8'))).stories;
}

function storyId(place: number): string {
  return derivedId('inc', 'demo', 'seed', String(place));
}

function key(id: string) {
  return { key: `seed:${id}`, hash: id };
}

function durationMs(words: string): number {
  return Number.parseFloat(words) * (words.endsWith('h') ? HOUR_MS : MINUTE_MS);
}
