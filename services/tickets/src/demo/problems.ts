import { InputCheck } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { KnownErrorAudience, ProblemResolutionCode } from '../generated/api.ts';
import { draftKnownError, publishKnownError, retireKnownError } from '../known-error/acts.ts';
import { KNOWN_ERROR_NAMES } from '../known-error/known-error.ts';
import { problemPort } from '../problem/port.ts';
import {
  assessProblem,
  assignProblem,
  cancelProblem,
  closeProblem,
  diagnoseProblem,
  investigateProblem,
  publishProblem,
  reopenProblem,
  resolveProblem,
  startProblemFix,
} from '../problem/acts.ts';
import { writeNote, type ProblemDecision } from '../problem/event.ts';
import { openProblem } from '../problem/opening.ts';
import { PROBLEM_NAMES, type Problem, type ProblemActContext } from '../problem/problem.ts';
import type { TicketsService } from '../service.ts';
import type { DemoIds } from './seed.ts';

const DAY_MS = 24 * 3_600_000;
const SME_CODE = 'SME';

const text = z.string().min(1);
const days = z.number().positive();
const step = z.strictObject({
  after: days,
  by: text.default('sam'),
  assign: text.optional(),
  assess: z.literal(true).optional(),
  investigate: text.optional(),
  diagnose: z
    .strictObject({ symptom: text, cause: text.optional(), workaround: text.optional(), versions: text })
    .optional(),
  fix: z.strictObject({ change: text.optional(), waiver: text.optional() }).optional(),
  resolve: z.enum(ProblemResolutionCode).optional(),
  text: text.optional(),
  reopen: text.optional(),
  close: text.optional(),
  cancel: text.optional(),
  publish: z.strictObject({ title: text, status: text, release: text.optional() }).optional(),
  note: text.optional(),
});
const problemStory = z.strictObject({
  ago: days,
  by: text,
  service: text,
  title: text,
  description: text,
  incidents: z.array(text).default([]),
  steps: z.array(step).default([]),
});
const knownErrorStory = z.strictObject({
  problem: z.int().positive().optional(),
  ago: days,
  by: text.default('sam'),
  title: text,
  services: z.array(text),
  symptom: text,
  cause: text.optional(),
  workaround: text.optional(),
  tested: z.boolean().default(false),
  errorCodes: z.array(text).default([]),
  fileTypes: z.array(text).default([]),
  publish: z.enum(KnownErrorAudience).optional(),
  retire: text.optional(),
});
type ProblemStory = z.infer<typeof problemStory>;
type KnownErrorStory = z.infer<typeof knownErrorStory>;
type Step = z.infer<typeof step>;

/** Tells the stories of `data/demo-problems.yaml`, as of `now`, behind those of the incidents. Told again, it adds nothing. */
export async function seedProblems(service: TicketsService, ids: DemoIds, now: Date): Promise<void> {
  const { problems, knownErrors } = stories();
  for (const [place, story] of oldestFirst(problems)) await tellProblem(service, { story, place, ids }, now);
  for (const [place, story] of oldestFirst(knownErrors)) await tellKnownError(service, { story, place, ids }, now);
}

/** True when the stories may go into a database that may be somebody's: it holds no problem, or has a story already. */
export async function areProblemsSeedable({ store }: Pick<TicketsService, 'store'>): Promise<boolean> {
  const { collection } = store.problems.records;
  const ids = stories().problems.map((_story, place) => problemId(place));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

/** A story, its place in the file, and the ids of those who are in it. */
interface Telling<Story> {
  story: Story;
  place: number;
  ids: DemoIds;
}

async function tellProblem(
  { store, sla }: TicketsService,
  { story, place, ids }: Telling<ProblemStory>,
  now: Date,
): Promise<void> {
  const id = problemId(place);
  const { problems, incidents } = store;
  if (await problems.records.exists(id)) return;
  const organizationId = idOf(ids.organizations, SME_CODE);
  let at = new Date(now.getTime() - story.ago * DAY_MS);
  const { title, description, service: serviceId } = story;
  const input = { title, description, serviceId, incident: null };
  const opened = openProblem({ id, organizationId }, input, actOf(ids, at, story.by));
  const created = await problems.records.create(opened.record, opened.events, { key: key(id), numbered: true });
  let problem = created.record;
  for (const [number, each] of story.steps.entries()) {
    at = new Date(at.getTime() + each.after * DAY_MS);
    if (at > now) break;
    const act = actOf(ids, at, each.by);
    if (each.note) {
      const note = { id: seedId(problems.notes.prefix, `problem.${place}.${number}`), text: each.note };
      const { record, events } = writeNote(problem, note, act);
      await problems.notes.records.create(record, events, { key: key(record._id) });
    }
    const decision = play(problem, { ...each, ids }, act);
    if (decision) problem = (await problems.records.change(id, { reach: 'ALL' }, () => decision)).record;
  }
  const port = problemPort(problems, { incidents, sla });
  const shown = await incidents.records.collection.find({ title: { $in: story.incidents } }).toArray();
  for (const { _id } of shown) await port.linkCaused(problem, _id, actOf(ids, now, story.by));
}

/** Plays a step of a story by the rule that it names. Null for a step that does nothing to the problem. */
function play(problem: Problem, step: Step & { ids: DemoIds }, act: ProblemActContext): ProblemDecision | null {
  const { ids, diagnose, fix, publish } = step;
  if (step.assign) return assignProblem(problem, { ownerId: idOf(ids.people, step.assign) }, act);
  if (step.assess) return assessProblem(problem, {}, act);
  if (step.investigate) return investigateProblem(problem, { trendNote: step.investigate, isLinked: false }, act);
  if (diagnose) {
    const { symptom, cause: rootCause = null, workaround = null, versions: affectedVersions } = diagnose;
    return diagnoseProblem(problem, { symptom, rootCause, workaround, affectedVersions }, act);
  }
  if (fix) return startProblemFix(problem, { change: fix.change ?? null, waiver: fix.waiver ?? null }, act);
  if (step.resolve)
    return resolveProblem(problem, { code: step.resolve, text: step.text ?? '', duplicateOf: null }, act);
  if (step.reopen) return reopenProblem(problem, { reason: step.reopen }, act);
  if (step.close) return closeProblem(problem, { review: step.close }, act);
  if (step.cancel) return cancelProblem(problem, { reason: step.cancel }, act);
  if (publish) {
    const { title: publicTitle, status: publicStatus, release: targetRelease = null } = publish;
    return publishProblem(problem, { publicTitle, publicStatus, targetRelease }, act);
  }
  return null;
}

async function tellKnownError(
  { store: { knownErrors } }: TicketsService,
  { story, place, ids }: Telling<KnownErrorStory>,
  now: Date,
): Promise<void> {
  const id = seedId(KNOWN_ERROR_NAMES.idPrefix, String(place));
  if (await knownErrors.records.exists(id)) return;
  const at = (daysLater: number) => new Date(now.getTime() - story.ago * DAY_MS + daysLater * DAY_MS);
  const { title, symptom, cause = null, workaround, tested, services: serviceIds, errorCodes, fileTypes } = story;
  const made = {
    id,
    organizationId: idOf(ids.organizations, SME_CODE),
    problemId: story.problem === undefined ? null : problemId(story.problem - 1),
  };
  const steps = workaround ? { steps: workaround, tested } : null;
  const input = { title, symptom, cause, serviceIds, workaround: steps, errorCodes, fileTypes };
  const drafted = draftKnownError(made, input, actOf(ids, at(0), story.by));
  await knownErrors.records.create(drafted.record, drafted.events, { key: key(id), numbered: true });
  const { publish: audience, retire: reason } = story;
  // The stories of incidents are told already: no comment comes into them.
  if (audience)
    await knownErrors.records.change(id, { reach: 'ALL' }, (known) =>
      publishKnownError(known, { audience, tellIncidents: false }, actOf(ids, at(1), story.by)),
    );
  if (reason)
    await knownErrors.records.change(id, { reach: 'ALL' }, (known) =>
      retireKnownError(known, { reason }, actOf(ids, at(story.ago / 2), story.by)),
    );
}

function actOf(ids: DemoIds, at: Date, login: string): ProblemActContext {
  const by = { id: idOf(ids.people, login), kind: 'PERSON', actingFor: null } as const;
  return { at, by, check: new InputCheck(), viewer: null };
}

function stories(): { problems: ProblemStory[]; knownErrors: KnownErrorStory[] } {
  const file = new URL('../../data/demo-problems.yaml', import.meta.url);
  const read = z.strictObject({ problems: z.array(problemStory), knownErrors: z.array(knownErrorStory) });
  return read.parse(parse(readFileSync(file, 'utf8')));
}

function oldestFirst<Story extends { ago: number }>(told: readonly Story[]): [number, Story][] {
  return [...told.entries()].sort(([, a], [, b]) => b.ago - a.ago);
}

function problemId(place: number): string {
  return seedId(PROBLEM_NAMES.idPrefix, String(place));
}

function seedId(prefix: string, name: string): string {
  return derivedId(prefix, { principal: 'demo', operation: 'seed', key: name });
}

function key(id: string) {
  return { key: `seed:${id}`, hash: id };
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo problems name ${name}, whom the directory's demo data do not have.`);
  return id;
}
