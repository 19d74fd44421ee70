import { useEffect, useRef, type ReactNode } from 'react';
import { useText } from '../text/text.ts';

/** One problem of a form: what it is, and the id of the field it is about. */
export interface Problem {
  fieldId: string;
  message: string;
}

/**
 * Says at the top of a form what has to be put right, each problem leading to its field. It takes the focus when it appears and
 * each time `attempt` grows, so that nobody waits for an answer that is off the screen.
 */
export function ErrorSummary(props: {
  attempt: number;
  problems: Problem[];
  sentence?: string | null;
  children?: ReactNode;
}) {
  const text = useText();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [props.attempt]);
  return (
    <div className="error-summary" role="alert" tabIndex={-1} ref={box}>
      <p>
        <strong>{text('problem.title')}</strong>
      </p>
      {props.sentence && <p>{props.sentence}</p>}
      {props.problems.length > 0 && (
        <ul>
          {props.problems.map(({ fieldId, message }) => (
            <li key={fieldId}>
              <a
                href={`#${fieldId}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(fieldId)?.focus();
                }}
              >
                {message}
              </a>
            </li>
          ))}
        </ul>
      )}
      {props.children}
    </div>
  );
}
