import { describeChange, type ProblemDecision } from './event.ts';
import { LINE_CHARACTERS_MAX, TEXT_KIB_MAX, type Problem, type ProblemActContext } from './problem.ts';

/** A new problem, and the incident that shows it: its id and number. */
export interface OpenInput {
  title: string;
  description: string;
  serviceId: string;
  incident: { id: string; number: string } | null;
}

/** Opens a problem: state NEW. Refuses BAD_USER_INPUT. */
export function openProblem(
  made: { id: string; organizationId: string },
  input: OpenInput,
  { at, by, check }: ProblemActContext,
): ProblemDecision {
  const title = check.line('input.title', input.title, LINE_CHARACTERS_MAX);
  const description = check.body('input.description', input.description, TEXT_KIB_MAX);
  check.done();
  const { serviceId, incident } = input;
  const record: Problem = {
    _id: made.id,
    organizationId: made.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    title,
    description,
    serviceId,
    state: 'NEW',
    requester: by,
    ownerId: null,
    trendNote: null,
    diagnosis: null,
    fixChange: null,
    fixWaiver: null,
    resolution: null,
    publicTitle: null,
    publicStatus: null,
    targetRelease: null,
    publishedAt: null,
    reopenCount: 0,
    createdAt: at,
    updatedAt: at,
    resolvedAt: null,
    closedAt: null,
  };
  return describeChange(null, record, {
    kind: 'OPENED',
    act: { at, by },
    data: incident ? { incidentId: incident.id } : {},
    changes: incident ? { incident: [null, incident.number] } : {},
    personal: { title, description },
  });
}
