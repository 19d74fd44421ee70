import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { SEND_KEYS } from '../app/keys.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type DraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { ChoiceField, LineField, TextField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT, type Field } from '../forms/values.ts';
import { SubmitServiceRequestDocument } from '../generated/api.ts';
import { useOrganizations } from '../organization/choices.ts';
import { keepRecord } from '../record/queries.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { catalogueQuery, type Item } from './queries.ts';
import { SERVICE_REQUEST } from './record.ts';

/** The services that can be asked for. */
export function CataloguePage() {
  const text = useText();
  const { api, language, format } = useSession();
  return (
    <div className="page narrow">
      <h1>{text('nav.catalogue')}</h1>
      <p>{text('catalogue.intro')}</p>
      <Loaded of={useQuery(catalogueQuery(api))}>
        {(items) => (
          <>
            {items.map((item) => (
              <section key={item.id} className="tile wide">
                <h2>
                  <Link to="/catalogue/$item" params={{ item: item.id }}>
                    {ownName(item, language)}
                  </Link>
                </h2>
                <p>{language === 'FR' ? item.descriptionFr : item.descriptionEn}</p>
                <p className="quiet">
                  {text(item.preApproved ? 'catalogue.preApproved' : 'catalogue.approval')}{' '}
                  {text('catalogue.target', { time: format.duration(item.target) })}
                </p>
              </section>
            ))}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** The form of one service. */
export function OrderPage() {
  const { item: code = '' } = useParams({ strict: false });
  const { api, language } = useSession();
  return (
    <div className="page narrow">
      <Loaded of={useQuery(catalogueQuery(api))}>
        {(items) => {
          const item = items.find(({ id }) => id === code);
          if (!item) return <NotFoundPage />;
          return (
            <>
              <h1>{ownName(item, language)}</h1>
              <p>{language === 'FR' ? item.descriptionFr : item.descriptionEn}</p>
              <OrderForm key={item.id} item={item} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

type Names = Record<string, Field>;

/** Mirrors `SubmitServiceRequestInput` of the API: the fields are those of the item. */
function OrderForm({ item }: { item: Item }) {
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { api, staff, clients, language } = useSession();
  const names = staff || clients.length > 0;
  const fields = useMemo<Names>(
    () => ({ actingFor: ANY_TEXT, ...Object.fromEntries(item.fields.map(({ name }) => [name, ANY_TEXT])) }),
    [item],
  );
  const form = useDraftForm({
    draftName: `order.${item.id}.${item.version}`,
    about: 'serviceRequest',
    fields,
    check: (values): FieldTexts => {
      const needed = item.fields
        .filter(({ name, required }) => required && !values[name]?.trim())
        .map((field) => [field.name, text('problem.missing', { field: ownName({ id: '', ...field }, language) })]);
      const acting =
        names && !values['actingFor']
          ? [['actingFor', text('problem.missing', { field: text('request.fact.organization') })]]
          : [];
      return Object.fromEntries([...acting, ...needed]) as FieldTexts;
    },
    send: async ({ actingFor, ...values }, idempotencyKey) => {
      const given = item.fields
        .map(({ name }) => ({ name, value: values[name] ?? '' }))
        .filter(({ value }) => value.trim());
      const input = {
        itemId: item.id,
        itemVersion: item.version,
        values: given,
        idempotencyKey,
        ...(names && actingFor && { actingFor }),
      };
      return (await api.write(SubmitServiceRequestDocument, input)).record;
    },
    done: (request) => {
      announce('done', request ? text('order.done', { number: request.number }) : text('order.done.unread'));
      if (!request) return void navigate({ to: '/requests', search: { open: true } });
      keepRecord(SERVICE_REQUEST, queryClient, { written: request, before: request });
      void navigate({ to: '/requests/$id', params: { id: request.number }, search: { open: true } });
    },
  });
  return (
    <FormShell form={form} className="form">
      {names && <ActingFor form={form} />}
      {item.fields.map((field) => (
        <ItemField key={field.name} form={form} field={field} />
      ))}
      <footer>
        <Button type="submit" loading={form.sending} aria-keyshortcuts={SEND_KEYS}>
          {text('order.send')}
        </Button>
      </footer>
    </FormShell>
  );
}

function ActingFor({ form }: { form: DraftForm<Names> }) {
  const text = useText();
  const choices = useOrganizations({ inService: true });
  return (
    <ChoiceField form={form} name="actingFor" label={text('request.fact.organization')} choices={choices} required />
  );
}

function ItemField({ form, field }: { form: DraftForm<Names>; field: Item['fields'][number] }) {
  const { language } = useSession();
  const { name, kind, required } = field;
  const hint = language === 'FR' ? field.hintFr : field.hintEn;
  const shared = { form, name, label: ownName({ id: name, ...field }, language), required, ...(hint && { hint }) };
  if (kind === 'TEXT') return <TextField {...shared} />;
  if (kind === 'CHOICE') {
    const choices = field.choices.map((choice) => ({ value: choice.id, label: ownName(choice, language) }));
    return <ChoiceField {...shared} choices={choices} />;
  }
  return <LineField {...shared} maxLength={200} {...(kind === 'DATE' && { type: 'date' })} />;
}
