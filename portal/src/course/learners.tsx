import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Loaded } from '../api/loaded.tsx';
import { hasRole } from '../app/acting.ts';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { learnersQuery, type LearnerRow } from './queries.ts';

/** To the SME's training staff and to auditors: who takes a course, and how far each has come. */
export function Learners({ courseId }: { courseId: string }) {
  const { me } = useSession();
  return me.auditor || hasRole(me, 'SME_TRAINING', 'SME_ADMIN') ? <All courseId={courseId} /> : null;
}

function All({ courseId }: { courseId: string }) {
  const text = useText();
  const learners = useInfiniteQuery(learnersQuery(useSession().api, courseId));
  return (
    <section>
      <h2>{text('learners.title')}</h2>
      <Loaded of={learners} lines={4}>
        {({ pages }) => <Rows rows={pages.flatMap(({ nodes }) => nodes)} />}
      </Loaded>
      {learners.hasNextPage && (
        <Button variant="default" loading={learners.isFetchingNextPage} onClick={() => void learners.fetchNextPage()}>
          {text('learners.more')}
        </Button>
      )}
    </section>
  );
}

function Rows({ rows }: { rows: readonly LearnerRow[] }) {
  const text = useText();
  const { format } = useSession();
  if (rows.length === 0) return <p>{text('learners.none')}</p>;
  return (
    <div className="scroll" role="region" aria-label={text('learners.title')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text('learners.person')}</th>
            <th scope="col">{text('learners.status')}</th>
            <th scope="col">{text('learners.progress')}</th>
            <th scope="col">{text('learners.completed')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, learner, status, progressPercent, completedAt }) => (
            <tr key={id}>
              <th scope="row">{learner?.name ?? text('learners.gone')}</th>
              <td>{text.word('course.status', status)}</td>
              <td>{text('course.progress', { percent: progressPercent })}</td>
              <td>{completedAt ? format.instant(completedAt) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
