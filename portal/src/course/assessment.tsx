import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Failure } from '../api/failure.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { StartAttemptDocument } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { Attempt } from './attempt.tsx';
import { useKept, type AttemptRow, type Facts } from './queries.ts';

/** The assessment of a course: what it asks for, the attempt that runs, the results. */
export function Assessment({ course, enrolmentId }: { course: Facts; enrolmentId: string }) {
  const text = useText();
  const { api, format } = useSession();
  const { reload } = useKept(course.id);
  const attempts = course.enrolment?.attempts ?? [];
  const running = attempts.find(({ state }) => state === 'IN_PROGRESS');
  const hasPassed = attempts.some(({ passed }) => passed);
  const { maximumAttempts } = course;
  const left = maximumAttempts === null ? null : maximumAttempts - attempts.length;
  const start = useMutation({
    mutationFn: () => api.write(StartAttemptDocument, { id: enrolmentId, idempotencyKey: newIdempotencyKey() }),
    onSettled: reload,
  });
  return (
    <>
      <p>{text('assessment.pass', { percent: course.passPercent })}</p>
      <ul>
        {attempts
          .filter(({ submittedAt }) => submittedAt !== null)
          .map((attempt) => (
            <Result key={attempt.id} attempt={attempt} />
          ))}
      </ul>
      {running ? (
        <Attempt key={running.id} attempt={running} reload={reload} />
      ) : left === 0 ? (
        <p>{text('assessment.none')}</p>
      ) : (
        <>
          <p>
            {left !== null && text('assessment.left', { count: left })}{' '}
            {course.timeLimit && text('assessment.limit', { time: format.duration(course.timeLimit) })}
          </p>
          <Button variant={hasPassed ? 'default' : 'filled'} loading={start.isPending} onClick={() => start.mutate()}>
            {text('assessment.start')}
          </Button>
        </>
      )}
      {start.error && <Failure error={start.error} retry={() => start.mutate()} />}
    </>
  );
}

function Result({ attempt: { place, passed, score } }: { attempt: AttemptRow }) {
  const text = useText();
  const { language } = useSession();
  const percent = new Intl.NumberFormat(language === 'FR' ? 'fr-CA' : 'en-CA').format(score?.percent ?? 0);
  return (
    <li>
      {text('assessment.result', { place, percent })}{' '}
      <span className="badge">{text(passed ? 'assessment.passed' : 'assessment.failed')}</span>
    </li>
  );
}
