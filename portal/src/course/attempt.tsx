import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { ApiError } from '../api/client.ts';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { secondsOf } from '../api/waiting.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { SaveAnswerDocument, SubmitAttemptDocument } from '../generated/api.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Answer } from './answer.tsx';
import { createAnswerSheet, type AnswerSheet, type AnswerState } from './answer-sheet.ts';
import { attemptQuery, type AttemptRow, type Question } from './queries.ts';

/** The attempt that runs: its questions, and the button that ends it. `reload` reads anew how the attempt stands. */
export function Attempt({ attempt, reload }: { attempt: AttemptRow; reload: () => void }) {
  const text = useText();
  const { api, format } = useSession();
  const read = useQuery(attemptQuery(api, attempt.id));
  return (
    <>
      {attempt.deadlineAt && <p>{text('assessment.until', { time: format.time(attempt.deadlineAt) })}</p>}
      <Loaded of={read} lines={8}>
        {({ questions }) => <Questions attemptId={attempt.id} questions={questions ?? []} reload={reload} />}
      </Loaded>
    </>
  );
}

function Questions(props: { attemptId: string; questions: readonly Question[]; reload: () => void }) {
  const { attemptId, questions, reload } = props;
  const text = useText();
  const { api } = useSession();
  const sheet = useSheet(attemptId, reload);
  const states = useSyncExternalStore(sheet.listen, sheet.states);
  const [asks, setAsks] = useState(false);
  const open = questions.flatMap((question, index) => (isOpen(question, states.get(question.id)) ? [index + 1] : []));
  const submit = useMutation({
    /** Gives the questions whose answers could not be kept: where there are any, nothing is submitted. */
    async mutationFn() {
      const failed = await sheet.settled();
      if (failed.length === 0)
        await api.write(SubmitAttemptDocument, { id: attemptId, idempotencyKey: newIdempotencyKey() });
      return failed;
    },
    onSuccess: ([first]) => (first ? document.getElementById(placeOf(first))?.focus() : reload()),
    onError: reload,
  });
  const lost = questions.flatMap(({ id }, index) => (states.get(id)?.type === 'FAILED' ? [index + 1] : []));
  return (
    <>
      {questions.map((question, index) => (
        <AskedQuestion key={question.id} {...{ question, index, sheet }} state={states.get(question.id)} />
      ))}
      {lost.length > 0 && <p role="alert">{text('assessment.lost', { questions: lost.join(', ') })}</p>}
      <Button loading={submit.isPending} onClick={() => (open.length > 0 ? setAsks(true) : submit.mutate())}>
        {text('assessment.submit')}
      </Button>
      {submit.error && (
        <Failure title={text('assessment.notSubmitted')} error={submit.error} retry={() => submit.mutate()} />
      )}
      {asks && (
        <Dialog title={text('assessment.open.title')} onClose={() => setAsks(false)}>
          <p>{text('assessment.open', { count: open.length, questions: open.join(', ') })}</p>
          <Button data-autofocus variant="default" onClick={() => setAsks(false)}>
            {text('assessment.open.back')}
          </Button>{' '}
          <Button
            onClick={() => {
              setAsks(false);
              submit.mutate();
            }}
          >
            {text('assessment.open.submit')}
          </Button>
        </Dialog>
      )}
    </>
  );
}

/** Where a question stands in the page. */
const placeOf = (questionId: string) => `question-${questionId}`;

/** True of a question that has no whole answer, neither kept nor on its way. One whose answer failed is no open question. */
function isOpen({ answer }: Question, state: AnswerState | undefined): boolean {
  if (state) return state.type === 'PARTIAL';
  return !answer || (answer.optionIds.length === 0 && !answer.number);
}

/** The sheet of an attempt. Where the attempt is over, how it stands is read anew. */
function useSheet(attemptId: string, reload: () => void): AnswerSheet {
  const { api } = useSession();
  const [sheet] = useState(() =>
    createAnswerSheet({
      async save(questionId, given, idempotencyKey) {
        try {
          await api.write(SaveAnswerDocument, { id: attemptId, questionId, ...given, idempotencyKey });
        } catch (error) {
          if (error instanceof ApiError && error.code === 'ATTEMPT_CLOSED') reload();
          throw error;
        }
      },
      newKey: newIdempotencyKey,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
  );
  useEffect(() => {
    // The browser asks before it throws away an answer that is on its way.
    const stay = (event: BeforeUnloadEvent) => {
      const under = [...sheet.states().values()].some(({ type }) => type !== 'KEPT' && type !== 'PARTIAL');
      if (under) event.preventDefault();
    };
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, [sheet]);
  return sheet;
}

/** One question. Each answer is sent as it is given: it is there in another browser, and when the reader comes back. */
function AskedQuestion(props: {
  question: Question;
  index: number;
  sheet: AnswerSheet;
  state: AnswerState | undefined;
}) {
  const { question, index, sheet, state } = props;
  const text = useText();
  const { language } = useSession();
  return (
    <fieldset id={placeOf(question.id)} tabIndex={-1}>
      <legend>
        {index + 1}. {ownName(question, language)}{' '}
        <span className="quiet">{text('assessment.points', { points: question.points })}</span>
      </legend>
      <Answer
        question={question}
        give={(given) => (given ? sheet.give(question.id, given) : sheet.givePartly(question.id))}
      />
      <p className="quiet" role="status">
        {useStateText(question, state)}
      </p>
      {state?.type === 'FAILED' && (
        <Failure title={text('assessment.notKept')} error={state.error} retry={() => sheet.again(question.id)} />
      )}
    </fieldset>
  );
}

function useStateText({ answer }: Question, state: AnswerState | undefined): string | null {
  const text = useText();
  switch (state?.type) {
    case 'SAVING':
      return text('assessment.saving');
    case 'WAITING':
      return `${text('assessment.saving')} ${text('waiting.rate', { seconds: secondsOf(state.ms) })}`;
    case 'PARTIAL':
      return text('assessment.partial');
    case 'FAILED':
      return null;
    case 'KEPT':
    case undefined:
      return state || answer ? text('assessment.saved') : null;
  }
}
