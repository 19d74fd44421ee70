import type { Act } from '@desk/kit/write/describe-change';
import { causeKey } from '@desk/kit/log/consequences';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { LearningEvents } from '@desk/schema/learning/events';
import type { Shelf } from '../course/store.ts';
import { passAssessment } from '../enrolment/acts.ts';
import type { EnrolmentStore } from '../enrolment/store.ts';
import { runOut } from './acts.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptStore } from './store.ts';

/** Everything besides requests that drives attempts: their consequences for enrolments, the own log, and time. */
export interface AttemptPort {
  /** Lets a passed attempt count in its enrolment, once. */
  count(attempt: Attempt, act: Act): Promise<void>;
  /** Carries out the consequences of an event in the own log, unless the request did. */
  follow(event: StreamEvent): Promise<void>;
  /** Closes an attempt whose time is over. Gives back the attempt after it. */
  fire(id: string, now: Date): Promise<Attempt>;
}

/** The port over the stores. */
export function attemptPort(parts: { attempts: AttemptStore; enrolments: EnrolmentStore; shelf: Shelf }): AttemptPort {
  const { attempts, enrolments, shelf } = parts;
  const count: AttemptPort['count'] = async (attempt, act) => {
    if (!attempt.passed) return;
    const course = await shelf.edition(attempt.courseId, attempt.courseVersion);
    if (!course) return;
    const request = { reach: 'ALL', key: causeKey(attempt._id) } as const;
    await enrolments.records.change(attempt.subject.id, request, (enrolment) => passAssessment(enrolment, course, act));
  };
  return {
    count,
    async follow({ type, data, at, actor: by }) {
      if (type !== ('enrolment.submitted' satisfies keyof LearningEvents)) return;
      const { messageId } = data as unknown as LearningEvents['enrolment.submitted'];
      const attempt = await attempts.find('ALL', messageId);
      if (attempt) await count(attempt, { at, by });
    },
    async fire(id, now) {
      const found = await attempts.find('ALL', id);
      const enrolment = found && (await enrolments.findById(found.subject.id));
      const course = found && (await shelf.edition(found.courseId, found.courseVersion));
      if (!found || !enrolment || !course) throw new Error(`The attempt ${id} has no enrolment or no course.`);
      const keys = await shelf.keys(found.courseId, found.courseVersion);
      const { record } = await attempts.records.change(id, { reach: 'ALL' }, (attempt) =>
        runOut(attempt, { enrolment, course, keys }, now),
      );
      return record;
    },
  };
}
