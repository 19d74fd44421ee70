import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { checkReference, requireOrganization } from '@desk/kit/api/reference';
import { actOn } from '@desk/kit/write/act-on';
import { forbidden, newRecordId, writeKey, type ChangeInput } from '@desk/kit/write/request';
import type { TicketsContext } from '../context.ts';
import { requireService } from '../directory/directory.ts';
import type * as api from '../generated/api.ts';
import { PROBLEM_NAMES } from '../problem/problem.ts';
import { draftKnownError, editKnownError, publishKnownError, retireKnownError } from './acts.ts';
import type { KnownErrorDecision } from './event.ts';
import { KNOWN_ERROR_NAMES, type KnownError, type KnownErrorActContext } from './known-error.ts';
import { mayWriteKnownError } from './policy.ts';
import type { KnownErrorAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** The SME in the directory: known errors are the SME's. */
const SME_CODE = 'SME';

/** One mutation for each business action. */
export const knownErrorMutations = {
  async draftKnownError(_root, { input }, context) {
    const { viewer, directory, store } = context;
    const key = writeKey(viewer, 'draftKnownError', input);
    requireWrite(context);
    const check = new InputCheck();
    const sme = await requireOrganization(directory, SME_CODE, { reach: 'ALL', path: 'input' });
    const problemId = await problemBehind(context, input.problemId, check);
    await checkServices(context, input.serviceIds, check);
    const id = newRecordId(context, KNOWN_ERROR_NAMES.idPrefix, { operation: 'draftKnownError', input });
    const made = { id, organizationId: sme._id, problemId };
    const { record, events } = draftKnownError(made, input, actOf(context, sme._id, check));
    const { record: knownError, ...written } = await store.knownErrors.records.create(record, events, {
      key,
      numbered: true,
    });
    return { knownError, ...written };
  },

  editKnownError: (_root, { input }, context) =>
    actOnKnownError(context, { mutation: 'editKnownError', input }, async (check) => {
      await checkServices(context, input.serviceIds, check);
      return (known, act) => editKnownError(known, input, act);
    }),

  async publishKnownError(_root, { input }, context) {
    const published = await actOnKnownError(
      context,
      { mutation: 'publishKnownError', input },
      () => (known, act) => publishKnownError(known, input, act),
    );
    const { knownError, replayed } = published;
    const { publishedAt } = knownError;
    const isOwed = input.audience === 'ALL_LDCS' && input.tellIncidents !== false && publishedAt !== null && !replayed;
    if (isOwed) await context.consequences.atOnce(() => context.knownErrors.tellIncidents(knownError, publishedAt));
    return published;
  },

  retireKnownError: (_root, { input }, context) =>
    actOnKnownError(
      context,
      { mutation: 'retireKnownError', input },
      () => (known, act) => retireKnownError(known, input, act),
    ),
} satisfies Partial<api.MutationResolvers>;

/** The rule of an act, with the input that was looked up for it. */
type Decide = (known: KnownError, act: KnownErrorActContext) => KnownErrorDecision;

/** Carries out one act of the viewer on a known error. */
async function actOnKnownError(
  context: TicketsContext,
  { mutation, input }: { mutation: Mutation; input: ChangeInput },
  prepare: (check: InputCheck) => Decide | Promise<Decide>,
): Promise<KnownErrorAnswer> {
  const { store, reach, viewer } = context;
  const { record: knownError, ...written } = await actOn<KnownError>({
    viewer,
    reach,
    records: store.knownErrors.records,
    operation: mutation,
    input,
    findRecord: () => store.knownErrors.require(reach, input.id),
    async prepare(_found, check) {
      requireWrite(context);
      const decide = await prepare(check);
      return (current) => decide(current, actOf(context, current.organizationId, check));
    },
  });
  return { knownError, ...written };
}

/** A published known error is seen by all, and changed only by those who write known errors. */
function requireWrite({ viewer }: TicketsContext): void {
  if (!mayWriteKnownError(viewer)) throw forbidden('Only SME analysts and administrators may write known errors.');
}

/** The context of an act of the viewer, now, on a record of the SME. */
function actOf(
  { viewer, time }: TicketsContext,
  organizationId: string,
  check = new InputCheck(),
): KnownErrorActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer };
}

/** The id of the problem that a draft names. */
async function problemBehind(
  { store, reach }: TicketsContext,
  idOrNumber: string | null | undefined,
  check: InputCheck,
): Promise<string | null> {
  const place = { check, path: 'input.problemId' };
  if (idOrNumber == null || !checkReference(PROBLEM_NAMES, idOrNumber, place)) return null;
  const found = await store.problems.find(reach, idOrNumber);
  check.require(place.path, found !== null, { code: 'NO_SUCH_RECORD', message: 'must be a problem that exists.' });
  return found?._id ?? null;
}

/** Notes each code that is not that of a service. */
async function checkServices(
  { directory }: TicketsContext,
  codes: readonly string[],
  check: InputCheck,
): Promise<void> {
  for (const [index, code] of codes.entries())
    await requireService(directory, code, { check, path: `input.serviceIds.${index}` });
}
