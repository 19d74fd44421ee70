import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { SEND_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField, TextField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT } from '../forms/values.ts';
import { ProposeChangeDocument } from '../generated/api.ts';
import { keepRecord } from '../record/queries.ts';
import { useServiceChoices } from '../service/queries.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { mayProposeQuery } from './queries.ts';
import { CHANGE } from './record.ts';

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = {
  actingFor: ANY_TEXT,
  title: ANY_TEXT,
  reason: ANY_TEXT,
  benefit: ANY_TEXT,
  serviceIds: ANY_TEXT,
};

/** Where a change is proposed. */
export function ProposePage() {
  const text = useText();
  return (
    <div className="page narrow">
      <h1>{text('propose.title')}</h1>
      <Loaded of={useQuery(mayProposeQuery(useSession().api))}>
        {(may) => (
          <>
            <p>{text(may ? 'propose.intro' : 'propose.none')}</p>
            {may && <ProposeForm />}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Mirrors `ProposeChangeInput` of the API. */
function ProposeForm() {
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { api, staff, clients } = useSession();
  const services = useServiceChoices();
  const acts = !staff && clients.length > 0;
  const shown = { title: 'change.field.title', serviceIds: 'change.field.service' } as const;
  const labels = {
    ...shown,
    reason: 'change.reason',
    benefit: 'change.benefit',
    actingFor: 'change.fact.organization',
  } as const;
  const form = useDraftForm({
    draftName: 'propose',
    about: 'change',
    fields: FIELDS,
    check: (values): FieldTexts => {
      const needed = (Object.keys(labels) as (keyof typeof labels)[]).filter((name) => name !== 'actingFor' || acts);
      return Object.fromEntries(
        needed
          .filter((name) => !values[name].trim())
          .map((name) => [name, text('problem.missing', { field: text(labels[name]) })]),
      );
    },
    send: async ({ actingFor, serviceIds, ...texts }, idempotencyKey) => {
      const input = { ...texts, serviceIds: [serviceIds], idempotencyKey, ...(acts && { actingFor }) };
      return (await api.write(ProposeChangeDocument, input)).record;
    },
    done: (change) => {
      announce('done', change ? text('propose.done', { number: change.number }) : text('propose.done.unread'));
      if (!change) return void navigate({ to: '/changes', search: { open: true } });
      keepRecord(CHANGE, queryClient, { written: change, before: change });
      void navigate({ to: '/changes/$id', params: { id: change.number }, search: { open: true } });
    },
  });
  return (
    <FormShell form={form} className="form">
      {acts && (
        <ChoiceField
          form={form}
          name="actingFor"
          label={text(labels.actingFor)}
          choices={clients.map(({ id, name }) => ({ value: id, label: name }))}
          required
        />
      )}
      <LineField form={form} name="title" label={text(labels.title)} maxLength={200} required />
      <ChoiceField form={form} name="serviceIds" label={text(labels.serviceIds)} choices={services} required />
      <TextField form={form} name="reason" label={text(labels.reason)} required />
      <TextField form={form} name="benefit" label={text(labels.benefit)} required />
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
          {text('propose.send')}
        </Button>
      </footer>
    </FormShell>
  );
}
