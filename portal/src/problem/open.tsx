import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { SEND_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField, TextField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, given } from '../forms/values.ts';
import { OpenProblemDocument } from '../generated/api.ts';
import { keepRecord } from '../record/queries.ts';
import { useServiceChoices } from '../service/queries.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { mayOpenProblemQuery } from './queries.ts';
import { PROBLEM } from './record.ts';

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = { title: ANY_TEXT, serviceId: ANY_TEXT, description: ANY_TEXT, incidentId: ANY_TEXT };

const LABELS = {
  title: 'problem.field.title',
  serviceId: 'problem.field.service',
  description: 'problem.field.description',
} as const;

/** Where a problem is opened. */
export function OpenProblemPage() {
  const text = useText();
  const { incident } = useSearch({ strict: false });
  return (
    <div className="page narrow">
      <h1>{text('openProblem.title')}</h1>
      <Loaded of={useQuery(mayOpenProblemQuery(useSession().api))}>
        {(may) => (
          <>
            <p>{text(may ? 'openProblem.intro' : 'openProblem.none')}</p>
            {may && <OpenProblemForm incident={incident ?? ''} />}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Mirrors `OpenProblemInput` of the API. */
function OpenProblemForm({ incident }: { incident: string }) {
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { api } = useSession();
  const services = useServiceChoices();
  const form = useDraftForm({
    draftName: `openProblem${incident && `.${incident}`}`,
    about: 'problem',
    fields: FIELDS,
    initial: { incidentId: incident },
    check: (values): FieldTexts =>
      Object.fromEntries(
        (Object.keys(LABELS) as (keyof typeof LABELS)[])
          .filter((name) => !values[name].trim())
          .map((name) => [name, text('problem.missing', { field: text(LABELS[name]) })]),
      ),
    send: async ({ incidentId, ...values }, idempotencyKey) =>
      (await api.write(OpenProblemDocument, { ...values, incidentId: given(incidentId), idempotencyKey })).record,
    done: (problem) => {
      announce(
        'done',
        problem ? text('openProblem.done', { number: problem.number }) : text('openProblem.done.unread'),
      );
      if (!problem) return void navigate({ to: '/problems', search: { open: true } });
      keepRecord(PROBLEM, queryClient, { written: problem, before: problem });
      void navigate({ to: '/problems/$id', params: { id: problem.number }, search: { open: true } });
    },
  });
  return (
    <FormShell form={form} className="form">
      <LineField form={form} name="title" label={text(LABELS.title)} maxLength={200} required />
      <ChoiceField form={form} name="serviceId" label={text(LABELS.serviceId)} choices={services} required />
      <TextField form={form} name="description" label={text(LABELS.description)} required />
      <LineField
        form={form}
        name="incidentId"
        label={text('openProblem.incident')}
        hint={text('openProblem.incident.hint')}
      />
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
          {text('openProblem.send')}
        </Button>
      </footer>
    </FormShell>
  );
}
