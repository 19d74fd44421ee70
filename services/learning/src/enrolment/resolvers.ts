import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest, slicePage } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import type { LearningContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { progressPercent } from './acts.ts';
import { ENROLMENT_NAMES, type Enrolment as EnrolmentRecord } from './enrolment.ts';
import { editionOf } from './mutations.ts';
import { mayReadAllEnrolments, mayReadEnrolment } from './policy.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'enr' } };

export const enrolmentQueries = {
  enrolment(_root, { id }, context) {
    const check = new InputCheck();
    check.id('id', id, ENROLMENT_NAMES.idPrefix);
    check.done();
    return readEnrolment(context, id);
  },
  async enrolments(_root, args, { viewer, store }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const learners = mayReadAllEnrolments(viewer) ? 'ALL' : viewer.id === null ? null : { personId: viewer.id };
    if (!learners) return connection(slicePage([], page), async () => 0);
    const { enrolments } = store;
    return connection(await enrolments.list(learners, filter, page), () => enrolments.count(learners, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const Enrolment: api.EnrolmentResolvers & Owed<api.Enrolment, EnrolmentRecord, api.EnrolmentResolvers> = {
  __resolveReference: ({ id }, context) => readEnrolment(context, id),
  id: ({ _id }) => _id,
  course: (enrolment, _args, context) => editionOf(context, enrolment),
  learner: ({ personId }) => ({ __typename: 'Person', id: personId }),
  progressPercent: async (enrolment, _args, context) => progressPercent(enrolment, await editionOf(context, enrolment)),
  attempts: ({ _id }, _args, { store }) => store.attempts.of(_id),
};

export const enrolmentTypes = { Enrolment } satisfies api.Resolvers;

/** An enrolment by id. Null where there is none that the viewer may read. */
export async function readEnrolment({ viewer, loaders }: LearningContext, id: string): Promise<EnrolmentRecord | null> {
  const found = await loaders.enrolments.load(id);
  return found && mayReadEnrolment(viewer, found) ? found : null;
}
