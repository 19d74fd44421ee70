import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useChoices } from '../choices.ts';
import { ErrorSummary } from '../components/error-summary.tsx';
import { PriorityBadge } from '../components/state-badge.tsx';
import { useDesk } from '../desk.tsx';
import {
  CreateIncidentDocument,
  type ContactRank,
  type CreateIncidentInput,
  type Environment,
  type Impact,
  type Priority,
  type ReferencesQuery,
  type Urgency,
} from '../generated/api.ts';
import { useText, wordFor, type Text } from '../text.ts';
import { useDraftForm, type DraftForm, type Values } from './draft-form.ts';
import { ChoiceField, LineField, TextField } from './field.tsx';

const ENVIRONMENTS: readonly Environment[] = ['PRODUCTION', 'SANDBOX', 'QA'];
const CONTACT_RANKS: readonly ContactRank[] = ['MAIN', 'BACKUP'];
const CONTACT_FIELDS = ['name', 'phone', 'availability'] as const;

const INITIAL: Values = {
  actingFor: '',
  title: '',
  description: '',
  serviceId: '',
  environment: 'PRODUCTION',
  impact: '',
  urgency: '',
};

/** The form that reports an incident. Mirrors `CreateIncidentInput` of `schema/tickets.graphql`. */
export function ReportIncidentForm() {
  const text = useText();
  const { staff, clients, actsFor, references, announce, queries, request } = useDesk();
  const choices = useChoices(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const distributors = useQuery({ ...queries.distributors, enabled: staff });
  const organizations = staff ? (distributors.data ?? []) : actsFor.filter(({ writes }) => writes);
  const chooses = staff || clients.length > 0;
  // Who acts for one reports for that one, whatever an older draft says.
  const [only] = !staff && organizations.length === 1 ? organizations : [];

  const form = useDraftForm({
    draftName: 'report',
    initial: INITIAL,
    ...(only && { fixed: { actingFor: only.id } }),
    check: (values) => missing(values, { chooses, references, text }),
    send: async (values, idempotencyKey) =>
      (await request(CreateIncidentDocument, { input: createInput(values, { chooses, references, idempotencyKey }) }))
        .createIncident,
    done: (incident) => {
      announce('done', text('report.done', { number: incident.number }));
      queryClient.setQueryData(queries.incident(incident.number).queryKey, incident);
      void navigate({ to: '/incidents/$id', params: { id: incident.number }, search: { open: true } });
    },
  });
  const priority = priorityOf(form.values, references);
  return (
    <form
      className="form"
      noValidate
      onKeyDown={form.onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {form.attempt > 0 && (form.problems.length > 0 || form.error) && (
        <ErrorSummary attempt={form.attempt} problems={form.problems} sentence={form.sentence} />
      )}
      {chooses && (
        <ChoiceField
          form={form}
          name="actingFor"
          label={text('field.actingFor')}
          {...(!staff && { hint: text('field.actingFor.hint', { count: organizations.length }) })}
          choices={organizations.map(({ id, code, name }) => ({ value: id, label: `${name} (${code})` }))}
          required
          chosen={only !== undefined}
          autoFocus
        />
      )}
      <LineField
        form={form}
        name="title"
        label={text('field.title')}
        hint={text('field.title.hint')}
        maxLength={200}
        required
        autoFocus={!chooses}
      />
      <TextField
        form={form}
        name="description"
        label={text('field.description')}
        hint={text('field.description.hint')}
        rows={6}
        required
      />
      <div className="form-row">
        <ChoiceField
          form={form}
          name="serviceId"
          label={text('field.service')}
          choices={choices('services')}
          required
        />
        <ChoiceField
          form={form}
          name="environment"
          label={text('field.environment')}
          choices={ENVIRONMENTS.map((value) => ({ value, label: wordFor(text, 'environment', value) }))}
          required
          chosen
        />
      </div>
      <div className="form-row">
        <ChoiceField form={form} name="impact" label={text('field.impact')} choices={choices('impacts')} required />
        <ChoiceField form={form} name="urgency" label={text('field.urgency')} choices={choices('urgencies')} required />
      </div>
      {priority && (
        <p>
          {text('report.priority')} <PriorityBadge priority={priority} /> {wordFor(text, 'priority', priority)}
        </p>
      )}
      {needsContacts(priority) && <ContactFields form={form} />}
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts="Control+Enter">
          {text('report.send')}
        </Button>
        {form.dirty && (
          <>
            <Button variant="subtle" onClick={form.discard}>
              {text('draft.discard')}
            </Button>
            <span className="quiet">{text('draft.kept')}</span>
          </>
        )}
      </footer>
    </form>
  );
}

function ContactFields({ form }: { form: DraftForm }) {
  const text = useText();
  return (
    <>
      <p>{text('report.contacts')}</p>
      {CONTACT_RANKS.map((rank, index) => (
        <fieldset key={rank}>
          <legend>{wordFor(text, 'contactRank', rank)}</legend>
          <div className="form-row three">
            {CONTACT_FIELDS.map((field) => (
              <LineField
                key={field}
                form={form}
                name={`contacts.${index}.${field}`}
                label={text(`field.contact.${field}`)}
                maxLength={field === 'phone' ? 40 : 200}
                type={field === 'phone' ? 'tel' : 'text'}
                required
              />
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

/** The priority that impact and urgency will give; null until both are chosen. The SME confirms it. */
function priorityOf(values: Values, references: ReferencesQuery): Priority | null {
  const cell = references.priorityMatrix.find(
    ({ impact, urgency }) => impact === values.impact && urgency === values.urgency,
  );
  return cell?.priority ?? null;
}

function needsContacts(priority: Priority | null): boolean {
  return priority === 'P1' || priority === 'P2';
}

interface ReportContext {
  chooses: boolean;
  references: ReferencesQuery;
}

function missing(values: Values, context: ReportContext & { text: Text }): Record<string, string> {
  const { text } = context;
  const required: [string, string][] = [
    ['title', text('field.title')],
    ['description', text('field.description')],
    ['serviceId', text('field.service')],
    ['environment', text('field.environment')],
    ['impact', text('field.impact')],
    ['urgency', text('field.urgency')],
  ];
  if (context.chooses) required.unshift(['actingFor', text('field.actingFor')]);
  if (needsContacts(priorityOf(values, context.references))) {
    CONTACT_RANKS.forEach((rank, index) => {
      for (const field of CONTACT_FIELDS) {
        const label = text('field.contact', {
          rank: wordFor(text, 'contactRank', rank),
          field: text(`field.contact.${field}`),
        });
        required.push([`contacts.${index}.${field}`, label]);
      }
    });
  }
  return Object.fromEntries(
    required
      .filter(([name]) => !values[name]?.trim())
      .map(([name, label]) => [name, text('problem.missing', { field: label })]),
  );
}

function createInput(values: Values, context: ReportContext & { idempotencyKey: string }): CreateIncidentInput {
  const contacts = CONTACT_RANKS.map((rank, index) => ({
    rank,
    name: values[`contacts.${index}.name`] ?? '',
    phone: values[`contacts.${index}.phone`] ?? '',
    availability: values[`contacts.${index}.availability`] ?? '',
  }));
  return {
    ...(context.chooses && { actingFor: values.actingFor ?? '' }),
    title: values.title ?? '',
    description: values.description ?? '',
    serviceId: values.serviceId ?? '',
    environment: values.environment as Environment,
    impact: values.impact as Impact,
    urgency: values.urgency as Urgency,
    ...(needsContacts(priorityOf(values, context.references)) && { contacts }),
    idempotencyKey: context.idempotencyKey,
  };
}
