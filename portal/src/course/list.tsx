import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { coursesQuery, type CourseRow } from './queries.ts';
import { CourseTexts } from './texts.tsx';

/** The courses of the academy, and how far the reader is in each. */
export function AcademyPage() {
  return (
    <CourseTexts>
      <Academy />
    </CourseTexts>
  );
}

function Academy() {
  const text = useText();
  const courses = useQuery(coursesQuery(useSession().api));
  return (
    <div className="page narrow">
      <h1>{text('academy.title')}</h1>
      <p>{text('academy.intro')}</p>
      <Loaded of={courses}>
        {({ nodes }) => (
          <>
            {nodes.map((course) => (
              <CourseTile key={course.id} course={course} />
            ))}
          </>
        )}
      </Loaded>
    </div>
  );
}

function CourseTile({ course }: { course: CourseRow }) {
  const text = useText();
  const { language } = useSession();
  const { enrolment } = course;
  return (
    <section className="tile wide" aria-labelledby={`course-${course.id}`}>
      <h2 id={`course-${course.id}`}>
        <Link to="/academy/$id" params={{ id: course.id }}>
          {ownName(course, language)}
        </Link>
      </h2>
      <p>{language === 'FR' ? course.summaryFr : course.summaryEn}</p>
      {enrolment && (
        <p>
          <span className="badge">{text.word('course.status', enrolment.status)}</span>{' '}
          {text('course.progress', { percent: enrolment.progressPercent })}
        </p>
      )}
    </section>
  );
}
