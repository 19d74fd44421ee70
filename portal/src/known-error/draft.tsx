import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { SEND_KEYS } from '../app/keys.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type DraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField, TextField, TickField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, given, TICK } from '../forms/values.ts';
import { DraftKnownErrorDocument, type ProblemToDraftQuery } from '../generated/api.ts';
import { keepRecord } from '../record/queries.ts';
import { useServiceChoices } from '../service/queries.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { problemToDraftQuery } from './queries.ts';
import { KNOWN_ERROR } from './record.ts';
import { codesIn, workaroundIn } from './words.ts';

type Problem = NonNullable<ProblemToDraftQuery['problem']>;

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = {
  title: ANY_TEXT,
  serviceIds: ANY_TEXT,
  symptom: ANY_TEXT,
  cause: ANY_TEXT,
  steps: ANY_TEXT,
  tested: TICK,
  errorCodes: ANY_TEXT,
};

const NEEDED = {
  title: 'knownError.field.title',
  serviceIds: 'knownError.field.service',
  symptom: 'knownError.field.symptom',
} as const;

/** Where a known error of a problem is drafted. */
export function DraftKnownErrorPage() {
  const text = useText();
  const { problem: id = '' } = useSearch({ strict: false });
  return (
    <div className="page narrow">
      <h1>{text('draftKnownError.title')}</h1>
      <Loaded of={useQuery(problemToDraftQuery(useSession().api, id))}>
        {(problem) =>
          problem?.allowedActions.includes('PUBLISH') ? <NewKnownError problem={problem} /> : <NotFoundPage />
        }
      </Loaded>
    </div>
  );
}

/** Mirrors `DraftKnownErrorInput` of the API. What is known of the problem stands in it already. */
function NewKnownError({ problem }: { problem: Problem }) {
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { api } = useSession();
  const form = useDraftForm({
    draftName: `draftKnownError.${problem.id}`,
    about: 'knownError',
    fields: FIELDS,
    initial: {
      serviceIds: problem.service?.id ?? '',
      symptom: problem.diagnosis?.symptom ?? '',
      cause: problem.diagnosis?.rootCause ?? '',
      steps: problem.diagnosis?.workaround ?? '',
    },
    check: (values): FieldTexts =>
      Object.fromEntries(
        (Object.keys(NEEDED) as (keyof typeof NEEDED)[])
          .filter((name) => !values[name].trim())
          .map((name) => [name, text('problem.missing', { field: text(NEEDED[name]) })]),
      ),
    send: async ({ title, serviceIds, symptom, cause, steps, tested, errorCodes }, idempotencyKey) => {
      const input = {
        problemId: problem.id,
        title,
        serviceIds: [serviceIds],
        symptom,
        cause: given(cause),
        workaround: workaroundIn(steps, tested),
        errorCodes: codesIn(errorCodes),
        idempotencyKey,
      };
      return (await api.write(DraftKnownErrorDocument, input)).record;
    },
    done: (known) => {
      announce(
        'done',
        known ? text('draftKnownError.done', { number: known.number }) : text('draftKnownError.done.unread'),
      );
      if (!known) return void navigate({ to: '/known-errors', search: {} });
      keepRecord(KNOWN_ERROR, queryClient, { written: known, before: known });
      void navigate({ to: '/known-errors/$id', params: { id: known.number }, search: {} });
    },
  });
  return (
    <FormShell form={form} className="form">
      <p>{text('draftKnownError.intro', { problem: `${problem.number} ${problem.title}` })}</p>
      <DraftFields form={form} />
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
          {text('draftKnownError.send')}
        </Button>
      </footer>
    </FormShell>
  );
}

function DraftFields({ form }: { form: DraftForm<typeof FIELDS> }) {
  const text = useText();
  const services = useServiceChoices();
  return (
    <>
      <LineField
        form={form}
        name="title"
        label={text(NEEDED.title)}
        hint={text('knownError.field.title.hint')}
        maxLength={200}
        required
      />
      <ChoiceField form={form} name="serviceIds" label={text(NEEDED.serviceIds)} choices={services} required />
      <TextField form={form} name="symptom" label={text(NEEDED.symptom)} required />
      <TextField form={form} name="cause" label={text('knownError.field.cause')} />
      <TextField
        form={form}
        name="steps"
        label={text('knownError.field.workaround')}
        hint={text('knownError.field.workaround.hint')}
      />
      <TickField
        form={form}
        name="tested"
        label={text('knownError.field.tested')}
        hint={text('knownError.field.tested.hint')}
      />
      <LineField
        form={form}
        name="errorCodes"
        label={text('knownError.field.codes')}
        hint={text('knownError.field.codes.hint')}
      />
    </>
  );
}
