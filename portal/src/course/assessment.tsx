import { Button, Checkbox, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../api/failure.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { SaveAnswerDocument, StartAttemptDocument, SubmitAttemptDocument } from '../generated/api.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { courseKey, type AttemptFacts, type Facts } from './queries.ts';

type Question = NonNullable<AttemptFacts['questions']>[number];

/** The assessment of a course: what it asks for, the attempt that runs, the results. */
export function Assessment({ course, enrolmentId }: { course: Facts; enrolmentId: string }) {
  const text = useText();
  const { api, format } = useSession();
  const reload = useReload(course.id);
  const attempts = course.enrolment?.attempts ?? [];
  const running = attempts.find(({ state }) => state === 'IN_PROGRESS');
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
        <Running attempt={running} reload={reload} />
      ) : left === 0 ? (
        <p>{text('assessment.none')}</p>
      ) : (
        <>
          <p>
            {left !== null && text('assessment.left', { count: left })}{' '}
            {course.timeLimit && text('assessment.limit', { time: format.duration(course.timeLimit) })}
          </p>
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            {text('assessment.start')}
          </Button>
        </>
      )}
      {start.error && <Failure error={start.error} retry={() => start.mutate()} />}
    </>
  );
}

function Result({ attempt: { place, passed, score } }: { attempt: AttemptFacts }) {
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

function Running({ attempt, reload }: { attempt: AttemptFacts; reload: () => void }) {
  const text = useText();
  const { api, format } = useSession();
  const submit = useMutation({
    mutationFn: () => api.write(SubmitAttemptDocument, { id: attempt.id, idempotencyKey: newIdempotencyKey() }),
    onSettled: reload,
  });
  return (
    <>
      {attempt.deadlineAt && <p>{text('assessment.until', { time: format.time(attempt.deadlineAt) })}</p>}
      {attempt.questions?.map((question, index) => (
        <AskedQuestion key={question.id} {...{ attempt, question, index, reload }} />
      ))}
      <Button loading={submit.isPending} onClick={() => submit.mutate()}>
        {text('assessment.submit')}
      </Button>
      {submit.error && <Failure error={submit.error} retry={() => submit.mutate()} />}
    </>
  );
}

interface Given {
  optionIds?: string[];
  number?: string;
}

/** One question. Each answer is sent as it is given: another browser shows it. */
function AskedQuestion(props: { attempt: AttemptFacts; question: Question; index: number; reload: () => void }) {
  const { attempt, question, index, reload } = props;
  const text = useText();
  const { api, language } = useSession();
  const save = useMutation({
    mutationFn: (given: Given) =>
      api.write(SaveAnswerDocument, {
        id: attempt.id,
        questionId: question.id,
        ...given,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: reload,
  });
  return (
    <fieldset>
      <legend>
        {index + 1}. {ownName(question, language)}{' '}
        <span className="quiet">{text('assessment.points', { points: question.points })}</span>
      </legend>
      <Answer question={question} give={(given) => save.mutate(given)} />
      <p className="quiet" role="status">
        {save.isPending ? text('assessment.saving') : question.answer && text('assessment.saved')}
      </p>
      {save.error && <Failure error={save.error} retry={() => save.variables && save.mutate(save.variables)} />}
    </fieldset>
  );
}

function Answer({ question, give }: { question: Question; give: (given: Given) => void }) {
  const text = useText();
  const { language } = useSession();
  const kept = question.answer?.optionIds ?? [];
  const [chosen, setChosen] = useState<readonly string[]>(kept);
  const [number, setNumber] = useState(question.answer?.number ?? '');
  const options = (question.options ?? []).map((option) => ({ value: option.id, label: ownName(option, language) }));
  const choose = (optionIds: string[]) => {
    setChosen(optionIds);
    give({ optionIds });
  };
  if (question.kind === 'NUMERIC')
    return (
      <TextInput
        label={text('assessment.number')}
        inputMode="decimal"
        autoComplete="off"
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
        onBlur={() => number.trim() && number !== question.answer?.number && give({ number })}
      />
    );
  if (question.kind === 'ORDER')
    return (
      <>
        {options.map((_option, place) => (
          <NativeSelect
            key={place}
            label={text('assessment.place', { place: place + 1 })}
            data={[{ value: '', label: text('assessment.choose') }, ...options]}
            value={chosen[place] ?? ''}
            onChange={(event) => {
              const order = options.map((_each, at) => (at === place ? event.currentTarget.value : (chosen[at] ?? '')));
              setChosen(order);
              if (new Set(order).size === options.length && !order.includes('')) give({ optionIds: order });
            }}
          />
        ))}
      </>
    );
  const Box = question.kind === 'SINGLE' ? Radio : Checkbox;
  return (
    <>
      {options.map(({ value, label }) => (
        <Box
          key={value}
          name={question.id}
          label={label}
          checked={chosen.includes(value)}
          onChange={() =>
            choose(
              question.kind === 'SINGLE'
                ? [value]
                : chosen.includes(value)
                  ? chosen.filter((id) => id !== value)
                  : [...chosen, value],
            )
          }
        />
      ))}
    </>
  );
}

function useReload(code: string): () => void {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: courseKey(code) });
}
