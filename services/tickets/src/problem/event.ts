import { noteRule } from '@desk/kit/conversation/message';
import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { PROBLEM_EVENT_VERSION, type ProblemEvents } from '@desk/schema/tickets/events';
import type { Problem } from './problem.ts';

/** The noun as events and messages name it. */
export const PROBLEM = 'PROBLEM';

/** The decision of a rule. */
export type ProblemDecision = Decision<Problem, NounDraft<ProblemEvents, typeof PROBLEM>>;

const WORDS: EventWords<Problem, ProblemEvents, typeof PROBLEM> = {
  noun: PROBLEM,
  eventVersion: PROBLEM_EVENT_VERSION,
  fields: {
    title: 'title',
    description: 'description',
    serviceId: 'service',
    state: 'state',
    ownerId: 'owner',
    trendNote: 'trendNote',
    diagnosis: 'diagnosis',
    fixChange: 'fixChange',
    fixWaiver: 'fixWaiver',
    resolution: 'resolution',
    publicTitle: 'publicTitle',
    publicStatus: 'publicStatus',
    targetRelease: 'targetRelease',
    publishedAt: 'publishedAt',
    reopenCount: 'reopenCount',
    resolvedAt: 'resolvedAt',
    closedAt: 'closedAt',
  },
  coded: ['serviceId', 'state', 'ownerId', 'fixChange'],
  match: { state: 'state', serviceId: 'serviceId' },
  isPublished: ({ publishedAt }) => publishedAt !== null,
};

/** The decision that an act comes to: the new problem, and its event. */
export const describeChange = changeDescriber(WORDS);

/** Writes internal notes about a problem. Nobody comments publicly: a comment would name its author's organization to all others. */
export const writeNote = noteRule(WORDS, 'NOTED');
