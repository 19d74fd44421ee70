import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { useSession } from '../app/session-context.ts';
import { EnrolInCourseDocument, SaveLessonProgressDocument } from '../generated/api.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { Assessment } from './assessment.tsx';
import { Learners } from './learners.tsx';
import { courseQuery, lessonsOf, useKept, type Facts, type Lesson } from './queries.ts';
import { CourseTexts } from './texts.tsx';

/** One course: its outline, and the lesson that is open. The reader goes on where the reader left off, in any browser. */
export function CoursePage() {
  const { id = '' } = useParams({ strict: false });
  const course = useQuery(courseQuery(useSession().api, id));
  return (
    <CourseTexts>
      <div className="page">
        <Loaded of={course} lines={8}>
          {(found) => (found ? <OpenCourse course={found} /> : <NotFoundPage />)}
        </Loaded>
      </div>
    </CourseTexts>
  );
}

function OpenCourse({ course }: { course: Facts }) {
  const text = useText();
  const { language } = useSession();
  const asked = useSearch({ strict: false }).lesson;
  const lessons = lessonsOf(course);
  const { enrolment } = course;
  const open =
    lessons.find(({ id }) => id === asked) ??
    lessons.find(({ id }) => id === enrolment?.resume?.lessonId) ??
    lessons[0];
  return (
    <>
      <h1>{ownName(course, language)}</h1>
      <p>{language === 'FR' ? course.summaryFr : course.summaryEn}</p>
      {enrolment ? (
        <p>
          <span className="badge">{text.word('course.status', enrolment.status)}</span>{' '}
          <progress max={100} value={enrolment.progressPercent} aria-label={text('course.progress.label')} />{' '}
          {text('course.progress', { percent: enrolment.progressPercent })}
        </p>
      ) : (
        <Enrol course={course} />
      )}
      <Outline course={course} open={open ?? null} />
      {enrolment && open && <OpenLesson key={open.id} course={course} lesson={open} enrolmentId={enrolment.id} />}
      <Learners courseId={course.id} />
      <section>
        <h2>{text('course.sources')}</h2>
        <ul>
          {(language === 'FR' ? course.sourcesFr : course.sourcesEn).map((source) => (
            <li key={source}>{source}</li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Enrol({ course }: { course: Facts }) {
  const text = useText();
  const { api } = useSession();
  const { keepEnrolment } = useKept(course.id);
  const enrol = useMutation({
    mutationFn: () => api.write(EnrolInCourseDocument, { courseId: course.id, idempotencyKey: newIdempotencyKey() }),
    onSuccess: ({ record }) => keepEnrolment(record),
  });
  return (
    <>
      <Button loading={enrol.isPending} onClick={() => enrol.mutate()}>
        {text('course.enrol')}
      </Button>
      {enrol.error && <Failure error={enrol.error} retry={() => enrol.mutate()} />}
    </>
  );
}

function Outline({ course, open }: { course: Facts; open: Lesson | null }) {
  const text = useText();
  const { language } = useSession();
  const done = course.enrolment?.completedLessons ?? [];
  return (
    <nav aria-label={text('course.outline')}>
      {course.modules?.map((module) => (
        <section key={module.id}>
          <h2>{ownName(module, language)}</h2>
          <ol>
            {module.lessons?.map((lesson) => (
              <li key={lesson.id}>
                <Link
                  to="/academy/$id"
                  params={{ id: course.id }}
                  search={{ lesson: lesson.id }}
                  aria-current={lesson.id === open?.id ? 'step' : undefined}
                >
                  {ownName(lesson, language)}
                </Link>{' '}
                <span className="quiet">{text('course.minutes', { minutes: lesson.minutes })}</span>{' '}
                {done.includes(lesson.id) && <span className="badge">{text('course.done')}</span>}
              </li>
            ))}
          </ol>
        </section>
      ))}
    </nav>
  );
}

function OpenLesson(props: { course: Facts; lesson: Lesson; enrolmentId: string }) {
  const { course, lesson, enrolmentId } = props;
  const text = useText();
  const navigate = useNavigate();
  const { api, language } = useSession();
  const { keepEnrolment } = useKept(course.id);
  const { resume, completedLessons = [] } = course.enrolment ?? {};
  const lessons = lessonsOf(course);
  const next = lessons[lessons.findIndex(({ id }) => id === lesson.id) + 1];
  const save = useMutation({
    mutationFn: (completed: boolean) =>
      api.write(SaveLessonProgressDocument, {
        id: enrolmentId,
        lessonId: lesson.id,
        position: completed ? 1 : 0,
        completed,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess({ record }, completed) {
      keepEnrolment(record);
      if (completed && next) void navigate({ to: '.', search: { lesson: next.id } });
    },
  });
  const here = useRef(resume?.lessonId === lesson.id);
  useEffect(() => {
    // Opening a lesson is where the reader is: another browser goes on from here.
    if (!here.current) save.mutate(false);
    here.current = true;
  }, [save]);
  const html = language === 'FR' ? lesson.htmlFr : lesson.htmlEn;
  return (
    <article aria-labelledby="lesson">
      <h2 id="lesson">{ownName(lesson, language)}</h2>
      {lesson.kind === 'ASSESSMENT' && <Assessment course={course} enrolmentId={enrolmentId} />}
      {/* The API made it safe: it holds no script, no style and no picture. */}
      {html && (
        <div
          className="written scroll"
          role="region"
          aria-labelledby="lesson"
          tabIndex={0}
          dangerouslySetInnerHTML={{ __html: html }}
        />
      )}
      {html && (
        <Button loading={save.isPending} onClick={() => save.mutate(true)}>
          {text(completedLessons.includes(lesson.id) ? 'course.next' : 'course.finish')}
        </Button>
      )}
      {save.error && (
        <Failure title={text('course.notKept')} error={save.error} retry={() => save.mutate(save.variables ?? false)} />
      )}
    </article>
  );
}
