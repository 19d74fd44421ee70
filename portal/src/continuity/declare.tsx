import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { SEND_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type DraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, chosen, given, oneOf } from '../forms/values.ts';
import { CONTINUITY_ENVIRONMENTS, CONTINUITY_EVENT_KINDS, DeclareContinuityEventDocument } from '../generated/api.ts';
import { keepRecord } from '../record/queries.ts';
import { useServiceChoices } from '../service/queries.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { durationOfHours, numberOf } from './hours.ts';
import { mayDeclareQuery } from './queries.ts';
import { CONTINUITY_EVENT } from './record.ts';

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = {
  kind: oneOf(CONTINUITY_EVENT_KINDS),
  environment: oneOf(CONTINUITY_ENVIRONMENTS),
  title: ANY_TEXT,
  serviceIds: ANY_TEXT,
  distributorsAffectedPercent: ANY_TEXT,
  outageStartedAt: ANY_TEXT,
  expectedOutage: ANY_TEXT,
};

/** What the fields that must be filled in are called. */
const LABELS = {
  kind: 'continuity.field.kind',
  environment: 'continuity.field.environment',
  title: 'continuity.field.title',
  serviceIds: 'continuity.field.service',
  distributorsAffectedPercent: 'continuity.field.percent',
  outageStartedAt: 'continuity.field.began',
} as const;

/** Where a continuity event is declared. */
export function DeclarePage() {
  const text = useText();
  return (
    <div className="page narrow">
      <h1>{text('declare.title')}</h1>
      <Loaded of={useQuery(mayDeclareQuery(useSession().api))}>
        {(may) => (
          <>
            <p>{text(may ? 'declare.intro' : 'declare.none')}</p>
            {may && <DeclareForm />}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Mirrors `DeclareContinuityEventInput` of the API, for an outage that is there. */
function DeclareForm() {
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { api, format } = useSession();
  const form = useDraftForm({
    draftName: 'declare',
    about: 'continuity',
    fields: FIELDS,
    initial: { kind: 'ACTUAL', environment: 'PRODUCTION' },
    check: (values): FieldTexts => {
      const missing = (Object.keys(LABELS) as (keyof typeof LABELS)[]).filter((name) => !values[name].trim());
      return {
        ...Object.fromEntries(missing.map((name) => [name, text('problem.missing', { field: text(LABELS[name]) })])),
        ...(values.distributorsAffectedPercent.trim() &&
          Number.isNaN(numberOf(values.distributorsAffectedPercent)) && {
            distributorsAffectedPercent: text('declare.percent'),
          }),
      };
    },
    send: async (values, idempotencyKey) => {
      const { expectedOutage } = values;
      const input = {
        kind: chosen(values.kind),
        environment: chosen(values.environment),
        title: values.title,
        serviceIds: [values.serviceIds],
        distributorsAffectedPercent: numberOf(values.distributorsAffectedPercent),
        outageStartedAt: { local: { time: values.outageStartedAt, timeZone: format.zone } },
        expectedOutage: given(expectedOutage) === undefined ? undefined : durationOfHours(expectedOutage),
        idempotencyKey,
      };
      return (await api.write(DeclareContinuityEventDocument, input)).record;
    },
    done: (event) => {
      announce('done', event ? text('declare.done', { number: event.number }) : text('declare.done.unread'));
      if (!event) return void navigate({ to: '/continuity', search: { open: true } });
      keepRecord(CONTINUITY_EVENT, queryClient, { written: event, before: event });
      void navigate({ to: '/continuity/$id', params: { id: event.number }, search: { open: true } });
    },
  });
  return (
    <FormShell form={form} className="form">
      <DeclareFields form={form} />
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
          {text('declare.send')}
        </Button>
      </footer>
    </FormShell>
  );
}

function DeclareFields({ form }: { form: DraftForm<typeof FIELDS> }) {
  const text = useText();
  const services = useServiceChoices();
  const choices = (group: string, codes: readonly string[]) =>
    codes.map((code) => ({ value: code, label: text.word(group, code) }));
  return (
    <>
      <ChoiceField
        form={form}
        name="kind"
        label={text(LABELS.kind)}
        choices={choices('continuity.kind', CONTINUITY_EVENT_KINDS)}
        required
      />
      <ChoiceField
        form={form}
        name="environment"
        label={text(LABELS.environment)}
        choices={choices('continuity.environment', CONTINUITY_ENVIRONMENTS)}
        required
      />
      <LineField form={form} name="title" label={text(LABELS.title)} maxLength={200} required />
      <ChoiceField form={form} name="serviceIds" label={text(LABELS.serviceIds)} choices={services} required />
      <LineField
        form={form}
        name="distributorsAffectedPercent"
        label={text(LABELS.distributorsAffectedPercent)}
        required
      />
      <LineField
        form={form}
        name="outageStartedAt"
        label={text(LABELS.outageStartedAt)}
        type="datetime-local"
        required
      />
      <LineField
        form={form}
        name="expectedOutage"
        label={text('continuity.field.expected')}
        hint={text('continuity.field.expected.hint')}
      />
    </>
  );
}
