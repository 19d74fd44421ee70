import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SEND_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type DraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField, TextField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, chosen, oneOf, type ValuesOf } from '../forms/values.ts';
import {
  INCIDENT_CONTACT_RANKS,
  CreateIncidentDocument,
  ENVIRONMENTS,
  IMPACTS,
  URGENCIES,
  type CreateIncidentInput,
  type Priority,
} from '../generated/api.ts';
import { distributorsQuery } from '../organization/queries.ts';
import { useText, type Text } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { useChoices } from './choices.ts';
import { keepRecord } from '../record/queries.ts';
import { INCIDENT } from './record.ts';
import { useReferences, type References } from './references.ts';
import { reportsFor } from './rights.ts';
import { PriorityBadge } from './state-badge.tsx';

const CONTACT_FIELDS = ['name', 'phone', 'availability'] as const;

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = {
  actingFor: ANY_TEXT,
  title: ANY_TEXT,
  description: ANY_TEXT,
  serviceId: ANY_TEXT,
  environment: oneOf(ENVIRONMENTS),
  impact: oneOf(IMPACTS),
  urgency: oneOf(URGENCIES),
  'contacts.0.name': ANY_TEXT,
  'contacts.0.phone': ANY_TEXT,
  'contacts.0.availability': ANY_TEXT,
  'contacts.1.name': ANY_TEXT,
  'contacts.1.phone': ANY_TEXT,
  'contacts.1.availability': ANY_TEXT,
};

type Values = ValuesOf<typeof FIELDS>;

/** The people to name, each with the fields that hold what is said of them. */
const CONTACTS = INCIDENT_CONTACT_RANKS.map(
  (rank, index) => ({ rank, at: index === 0 ? 'contacts.0' : 'contacts.1' }) as const,
);

/** The form that reports an incident. Mirrors `CreateIncidentInput` of the API. */
export function ReportIncidentForm() {
  const text = useText();
  const announce = useAnnounce();
  const { staff, clients, actsFor, api } = useSession();
  const references = useReferences();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const distributors = useQuery({ ...distributorsQuery(api), enabled: staff });
  const inService = distributors.data?.filter(({ status }) => status === 'ACTIVE') ?? [];
  const organizations = staff ? inService : actsFor.filter(reportsFor);
  const chooses = staff || clients.length > 0;
  // Who acts for one reports for that one, whatever an older draft says.
  const [only] = !staff && organizations.length === 1 ? organizations : [];

  const form = useDraftForm({
    draftName: 'report',
    about: 'incident',
    fields: FIELDS,
    initial: { environment: 'PRODUCTION' },
    ...(only && { fixed: { actingFor: only.id } }),
    check: (values) => missing(values, { chooses, references, text }),
    send: async (values, idempotencyKey) =>
      (await api.write(CreateIncidentDocument, createInput(values, { chooses, references, idempotencyKey }))).record,
    done: (incident) => {
      if (!incident) {
        announce('done', text('report.done.unread'));
        return void navigate({ to: '/incidents', search: { open: true } });
      }
      announce('done', text('report.done', { number: incident.number }));
      keepRecord(INCIDENT, queryClient, { written: incident, before: incident });
      void navigate({ to: '/incidents/$id', params: { id: incident.number }, search: { open: true } });
    },
  });
  const priority = priorityOf(form.values, references);
  return (
    <FormShell form={form} className="form">
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
      <ClassificationFields form={form} priority={priority} />
      {needsContacts(priority) && <ContactFields form={form} />}
      <Footer form={form} />
    </FormShell>
  );
}

/** What it is about and how bad it is, and the priority that this gives. */
function ClassificationFields({ form, priority }: { form: DraftForm<typeof FIELDS>; priority: Priority | null }) {
  const text = useText();
  const choices = useChoices([]);
  const choicesOf = (codes: readonly string[], words: string) =>
    codes.map((value) => ({ value, label: text.word(words, value) }));
  return (
    <>
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
          choices={choicesOf(ENVIRONMENTS, 'environment')}
          required
          chosen
        />
      </div>
      <div className="form-row">
        <ChoiceField
          form={form}
          name="impact"
          label={text('field.impact')}
          choices={choicesOf(IMPACTS, 'impact')}
          required
        />
        <ChoiceField
          form={form}
          name="urgency"
          label={text('field.urgency')}
          choices={choicesOf(URGENCIES, 'urgency')}
          required
        />
      </div>
      {priority && (
        <p>
          {text('report.priority')} <PriorityBadge priority={priority} /> {text.word('priority', priority)}
        </p>
      )}
    </>
  );
}

function ContactFields({ form }: { form: DraftForm<typeof FIELDS> }) {
  const text = useText();
  return (
    <>
      <p>{text('report.contacts')}</p>
      {CONTACTS.map(({ rank, at }) => (
        <fieldset key={rank}>
          <legend>{text.word('contactRank', rank)}</legend>
          <div className="form-row three">
            {CONTACT_FIELDS.map((field) => (
              <LineField
                key={field}
                form={form}
                name={`${at}.${field}`}
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

function Footer({ form }: { form: DraftForm<typeof FIELDS> }) {
  const text = useText();
  return (
    <footer>
      <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
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
  );
}

/** The priority that impact and urgency will give; null until both are chosen. The SME confirms it. */
function priorityOf(values: Values, references: References): Priority | null {
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
  references: References;
}

function missing(values: Values, context: ReportContext & { text: Text }): FieldTexts {
  const { text } = context;
  const required: [keyof Values, string][] = [
    ['title', text('field.title')],
    ['description', text('field.description')],
    ['serviceId', text('field.service')],
    ['environment', text('field.environment')],
    ['impact', text('field.impact')],
    ['urgency', text('field.urgency')],
  ];
  if (context.chooses) required.unshift(['actingFor', text('field.actingFor')]);
  if (needsContacts(priorityOf(values, context.references))) {
    for (const { rank, at } of CONTACTS) {
      for (const field of CONTACT_FIELDS) {
        const label = text('field.contact', {
          rank: text.word('contactRank', rank),
          field: text(`field.contact.${field}`),
        });
        required.push([`${at}.${field}`, label]);
      }
    }
  }
  return Object.fromEntries(
    required
      .filter(([name]) => !values[name].trim())
      .map(([name, label]) => [name, text('problem.missing', { field: label })]),
  );
}

function createInput(values: Values, context: ReportContext & { idempotencyKey: string }): CreateIncidentInput {
  const contacts = CONTACTS.map(({ rank, at }) => ({
    rank,
    name: values[`${at}.name`],
    phone: values[`${at}.phone`],
    availability: values[`${at}.availability`],
  }));
  return {
    ...(context.chooses && { actingFor: values.actingFor }),
    title: values.title,
    description: values.description,
    serviceId: values.serviceId,
    environment: chosen(values.environment),
    impact: chosen(values.impact),
    urgency: chosen(values.urgency),
    ...(needsContacts(priorityOf(values, context.references)) && { contacts }),
    idempotencyKey: context.idempotencyKey,
  };
}
