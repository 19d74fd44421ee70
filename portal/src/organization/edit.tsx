import { useQueryClient } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { useDraftForm } from '../forms/draft-form.ts';
import { LineField } from '../forms/field.tsx';
import { ANY_TEXT, given, type ValuesOf } from '../forms/values.ts';
import { CONTACT_RANKS, UpdateOrganizationDocument, type OrganizationFactsFragment } from '../generated/api.ts';
import { phoneNumber } from '../person/phone.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { refreshOrganizations } from './actions.tsx';
import { FormDialog, type FormProps } from './form-dialog.tsx';

const LINES = ['street', 'city', 'province', 'postalCode', 'country'] as const;

/** The form's fields, by the names that the API gives them in its refusals. */
const FIELDS = {
  name: ANY_TEXT,
  'address.street': ANY_TEXT,
  'address.city': ANY_TEXT,
  'address.province': ANY_TEXT,
  'address.postalCode': ANY_TEXT,
  'address.country': ANY_TEXT,
  'contacts.0.name': ANY_TEXT,
  'contacts.0.email': ANY_TEXT,
  'contacts.0.phone': ANY_TEXT,
  'contacts.1.name': ANY_TEXT,
  'contacts.1.email': ANY_TEXT,
  'contacts.1.phone': ANY_TEXT,
};

type Values = ValuesOf<typeof FIELDS>;

/** Mirrors `UpdateOrganizationInput` of the API. */
export function EditForm({ organization, onClose }: FormProps) {
  const text = useText();
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const { api } = useSession();
  const form = useDraftForm({
    draftName: `${organization.id}.UPDATE`,
    about: 'organization',
    fields: FIELDS,
    initial: valuesOf(organization),
    check: (values) =>
      given(values.name) ? {} : { name: text('problem.missing', { field: text('organization.field.name') }) },
    send: (values, idempotencyKey) =>
      api.write(UpdateOrganizationDocument, {
        id: organization.id,
        expectedVersion: organization.version,
        name: values.name,
        address: addressIn(values),
        contacts: contactsIn(values),
        idempotencyKey,
      }),
    done: () => {
      announce('done', text('organization.saved'));
      refreshOrganizations(queryClient);
      onClose();
    },
  });
  const title = text('organization.action.UPDATE');
  return (
    <FormDialog title={title} send={text('organization.save')} form={form} onClose={onClose}>
      <LineField form={form} name="name" label={text('organization.field.name')} maxLength={120} required autoFocus />
      <fieldset>
        <legend>{text('organization.address')}</legend>
        {LINES.map((line) => (
          <LineField
            key={line}
            form={form}
            name={`address.${line}`}
            label={text(`organization.field.${line}`)}
            maxLength={120}
          />
        ))}
      </fieldset>
      {CONTACT_RANKS.map((rank, index) => {
        const contact = `contacts.${index === 0 ? 0 : 1}` as const;
        return (
          <fieldset key={rank}>
            <legend>{text.word('organization.rank', rank)}</legend>
            <LineField form={form} name={`${contact}.name`} label={text('organization.field.contactName')} />
            <LineField form={form} name={`${contact}.email`} label={text('organization.field.email')} type="email" />
            <LineField
              form={form}
              name={`${contact}.phone`}
              label={text('organization.field.phone')}
              hint={text('organization.field.phone.hint')}
              type="tel"
            />
          </fieldset>
        );
      })}
    </FormDialog>
  );
}

function valuesOf({ name, address, contacts }: OrganizationFactsFragment): Partial<Values> {
  const lines = LINES.map((line) => [`address.${line}`, address?.[line] ?? (line === 'country' ? 'CA' : '')]);
  const ofContacts = CONTACT_RANKS.flatMap((rank, index) => {
    const contact = contacts?.find((each) => each.rank === rank);
    const parts = ['name', 'email', 'phone'] as const;
    return parts.map((part) => [`contacts.${index}.${part}`, contact?.[part] ?? '']);
  });
  return { name, ...Object.fromEntries([...lines, ...ofContacts]) } as Partial<Values>;
}

/** Null where nothing but the country stands there. */
function addressIn(values: Values) {
  const [street, city, province, postalCode, country] = [
    values['address.street'],
    values['address.city'],
    values['address.province'],
    values['address.postalCode'],
    values['address.country'],
  ];
  return [street, city, province, postalCode].some(given) ? { street, city, province, postalCode, country } : null;
}

/** The contacts that have anything, each in its rank. */
function contactsIn(values: Values) {
  const contacts = [
    {
      rank: 'MAIN',
      name: values['contacts.0.name'],
      email: values['contacts.0.email'],
      typed: values['contacts.0.phone'],
    },
    {
      rank: 'BACKUP',
      name: values['contacts.1.name'],
      email: values['contacts.1.email'],
      typed: values['contacts.1.phone'],
    },
  ] as const;
  return contacts
    .filter(({ name, email, typed }) => [name, email, typed].some(given))
    .map(({ rank, name, email, typed }) => ({ rank, name, email, phone: phoneNumber(given(typed)) }));
}
