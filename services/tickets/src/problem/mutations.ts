import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { checkReference, requireOrganization } from '@desk/kit/api/reference';
import { prepareMessage } from '@desk/kit/conversation/mutations';
import { actOn } from '@desk/kit/write/act-on';
import { forbidden, newRecordId, writeKey, type ChangeInput } from '@desk/kit/write/request';
import type { TicketsContext } from '../context.ts';
import { requireService, requireWorker } from '../directory/directory.ts';
import type * as api from '../generated/api.ts';
import { INCIDENT_NAMES, incidentNumber } from '../incident/incident.ts';
import { recordNumber } from '../incident/links.ts';
import { requireAction } from './actions.ts';
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
} from './acts.ts';
import { writeNote, type ProblemDecision } from './event.ts';
import { openProblem, type OpenInput } from './opening.ts';
import { mayWorkProblem } from './policy.ts';
import { PROBLEM_NAMES, problemNumber, type Problem, type ProblemActContext } from './problem.ts';
import type { ProblemAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** The SME in the directory: problems are the SME's. */
const SME_CODE = 'SME';

/** One mutation for each business action. */
export const problemMutations = {
  async openProblem(_root, { input }, context) {
    const { viewer, directory, store, consequences, problems } = context;
    const key = writeKey(viewer, 'openProblem', input);
    requireWork(context);
    const check = new InputCheck();
    const sme = await requireOrganization(directory, SME_CODE, { reach: 'ALL', path: 'input' });
    await requireService(directory, input.serviceId, { check, path: 'input.serviceId' });
    const incident = await shownBy(context, input.incidentId, check);
    const id = newRecordId(context, PROBLEM_NAMES.idPrefix, { operation: 'openProblem', input });
    const act = actOf(context, sme._id, check);
    const { record, events } = openProblem({ id, organizationId: sme._id }, { ...input, incident }, act);
    const { record: problem, ...written } = await store.problems.records.create(record, events, {
      key,
      numbered: true,
    });
    if (incident) await consequences.atOnce(() => problems.linkCaused(problem, incident.id, act));
    return { problem, ...written };
  },

  assignProblem: (_root, { input }, context) =>
    actOnProblem(context, { mutation: 'assignProblem', input }, async (_found, check) => {
      await requireWorker(context.directory, input.ownerId, { check, path: 'input.ownerId' });
      return (problem, act) => assignProblem(problem, input, act);
    }),

  assessProblem: plainly('assessProblem', assessProblem),

  investigateProblem: (_root, { input }, context) =>
    actOnProblem(context, { mutation: 'investigateProblem', input }, async ({ _id }) => {
      const isLinked = (await context.store.incidents.countCausedBy('ALL', _id)) !== 0;
      return (problem, act) => investigateProblem(problem, { ...input, isLinked }, act);
    }),

  diagnoseProblem: plainly('diagnoseProblem', diagnoseProblem),

  startProblemFix: (_root, { input }, context) =>
    actOnProblem(context, { mutation: 'startProblemFix', input }, (_found, check) => {
      const named = input.change ?? null;
      const change = named === null ? null : (recordNumber(named, ['CHG'], { check, path: 'input.change' }) ?? named);
      return (problem, act) => startProblemFix(problem, { ...input, change }, act);
    }),

  resolveProblem: (_root, { input }, context) =>
    actOnProblem(context, { mutation: 'resolveProblem', input }, async (_found, check) => {
      const duplicateOf = await otherProblem(context, input.duplicateOf, check);
      return (problem, act) => resolveProblem(problem, { ...input, duplicateOf }, act);
    }),

  reopenProblem: plainly('reopenProblem', reopenProblem),
  closeProblem: plainly('closeProblem', closeProblem),
  cancelProblem: plainly('cancelProblem', cancelProblem),
  publishProblem: plainly('publishProblem', publishProblem),

  async addProblemInternalNote(_root, { input }, context) {
    const { viewer, newId, store, reach } = context;
    const { notes } = store.problems;
    const { subject, id, key } = await prepareMessage({
      viewer,
      newId,
      input,
      operation: 'addProblemInternalNote',
      messages: notes,
      findSubject: () => store.problems.require(reach, input.id),
      requireAction: (problem: Problem) => requireAction(problem, 'NOTE', actOf(context, problem.organizationId)),
    });
    const { record, events } = writeNote(subject, { id, text: input.text }, actOf(context, subject.organizationId));
    const { record: internalNote, replayed } = await notes.records.create(record, events, { key });
    return { internalNote, replayed };
  },
} satisfies Partial<api.MutationResolvers>;

/** The rule of an act, with the input that was looked up for it. */
type Decide = (problem: Problem, act: ProblemActContext) => ProblemDecision;

/** The mutation whose rule takes its input as it is. */
function plainly<Own extends object>(
  mutation: Mutation,
  rule: (problem: Problem, input: Own, act: ProblemActContext) => ProblemDecision,
) {
  return (_root: unknown, { input }: { input: ChangeInput & Own }, context: TicketsContext): Promise<ProblemAnswer> =>
    actOnProblem(context, { mutation, input }, () => (problem, act) => rule(problem, input, act));
}

/** Carries out one act of the viewer on a problem. */
async function actOnProblem(
  context: TicketsContext,
  { mutation, input }: { mutation: Mutation; input: ChangeInput },
  prepare: (found: Problem, check: InputCheck) => Decide | Promise<Decide>,
): Promise<ProblemAnswer> {
  const { store, reach, viewer } = context;
  const { record: problem, ...written } = await actOn<Problem>({
    viewer,
    reach,
    records: store.problems.records,
    operation: mutation,
    input,
    findRecord: () => store.problems.require(reach, input.id),
    async prepare(found, check) {
      requireWork(context);
      const decide = await prepare(found, check);
      return (current) => decide(current, actOf(context, current.organizationId, check));
    },
  });
  return { problem, ...written };
}

/** A published problem is seen by all, and changed only by those who work problems. */
function requireWork({ viewer }: TicketsContext): void {
  if (!mayWorkProblem(viewer)) throw forbidden('Only SME analysts and administrators may work problems.');
}

/** The context of an act of the viewer, now, on a record of the SME. */
function actOf({ viewer, time }: TicketsContext, organizationId: string, check = new InputCheck()): ProblemActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer };
}

/** The incident that a problem is opened from. */
async function shownBy(
  { store, reach }: TicketsContext,
  idOrNumber: string | null | undefined,
  check: InputCheck,
): Promise<OpenInput['incident']> {
  const place = { check, path: 'input.incidentId' };
  if (idOrNumber == null || !checkReference(INCIDENT_NAMES, idOrNumber, place)) return null;
  const found = await store.incidents.find(reach, idOrNumber);
  if (found) return { id: found._id, number: incidentNumber(found) };
  check.problem(place.path, { code: 'NO_SUCH_RECORD', message: 'must be an incident that exists.' });
  return null;
}

/** The problem that covers a duplicate. */
async function otherProblem(
  { store, reach }: TicketsContext,
  idOrNumber: string | null | undefined,
  check: InputCheck,
): Promise<{ id: string; number: string } | null> {
  const place = { check, path: 'input.duplicateOf' };
  if (idOrNumber == null || !checkReference(PROBLEM_NAMES, idOrNumber, place)) return null;
  const found = await store.problems.find(reach, idOrNumber);
  if (found) return { id: found._id, number: problemNumber(found) };
  check.problem(place.path, { code: 'NO_SUCH_RECORD', message: 'must be a problem that exists.' });
  return null;
}
