import type { Owed } from '@desk/kit/api/subgraph';
import { inLanguage } from '../course/resolvers.ts';
import { editionOf } from '../enrolment/mutations.ts';
import { mayReadEnrolment } from '../enrolment/policy.ts';
import { readEnrolment } from '../enrolment/resolvers.ts';
import type * as api from '../generated/api.ts';
import { askedQuestions } from './acts.ts';
import type { Attempt as AttemptRecord } from './attempt.ts';
import { percentOf } from './fraction.ts';

const Attempt: api.AttemptResolvers & Owed<api.Attempt, AttemptRecord, api.AttemptResolvers> = {
  async __resolveReference({ id }, { viewer, loaders }) {
    const found = await loaders.attempts.load(id);
    return found && mayReadEnrolment(viewer, found) ? found : null;
  },
  id: ({ _id }) => _id,
  questions: async (attempt, _args, context) => askedQuestions(attempt, await editionOf(context, attempt)),
  score: ({ score }) => score,
  enrolment: ({ subject }, _args, context) => readEnrolment(context, subject.id),
};

export const attemptTypes = {
  Attempt,
  AttemptQuestion: { text: inLanguage, options: ({ options }) => [...options], answer: ({ answer }) => answer },
  Score: {
    percent: ({ numerator, denominator, maximum }) =>
      percentOf({ numerator: BigInt(numerator), denominator: BigInt(denominator) }, maximum),
  },
} satisfies api.Resolvers;
