import { useQueryClient } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { useDraftForm } from '../forms/draft-form.ts';
import { ChoiceField, LineField } from '../forms/field.tsx';
import { ANY_TEXT, chosen, given, oneOf } from '../forms/values.ts';
import { InvitePersonDocument, LANGUAGES, ROLES } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { refreshOrganizations } from './actions.tsx';
import { FormDialog, type FormProps } from './form-dialog.tsx';

const FIELDS = { name: ANY_TEXT, email: ANY_TEXT, roles: oneOf(ROLES), language: oneOf(LANGUAGES) };
const LANGUAGE_NAMES = { EN: 'English', FR: 'Français' } as const;
/** What each type's people may be. */
const ROLES_OF = {
  LDC: ['LDC_USER', 'LDC_ADMIN', 'CAB_MEMBER'],
  SME: ['SME_ANALYST', 'SME_CHANGE', 'SME_CONTINUITY', 'SME_TRAINING', 'SME_ADMIN', 'CAB_MEMBER', 'AUDITOR'],
  AGENT: ['AGENT_USER'],
  PARTNER: ['PARTNER_CLIENT'],
} as const;

/** What an administrator of a distributor gives; the rest is appointed by the SME. */
const GIVEN_BY_LDC = ['LDC_USER'] as const;

/** Mirrors `InvitePersonInput` of the API. */
export function InviteForm({ organization, onClose }: FormProps) {
  const text = useText();
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const { api, language, staff } = useSession();
  const roles = staff ? ROLES_OF[organization.type] : GIVEN_BY_LDC;
  const labels = { name: 'invite.name', email: 'organization.field.email', roles: 'invite.role' } as const;
  const form = useDraftForm({
    draftName: `${organization.id}.INVITE_PERSON`,
    about: 'person',
    fields: FIELDS,
    initial: { language, roles: roles[0] },
    check: (values) => {
      const missing = (Object.keys(labels) as (keyof typeof labels)[]).filter((name) => !given(values[name]));
      return Object.fromEntries(missing.map((name) => [name, text('problem.missing', { field: text(labels[name]) })]));
    },
    send: async (values, idempotencyKey) => {
      const { name, email, roles, language: spoken } = values;
      const invited = { name, email: email.trim(), roles: [chosen(roles)], language: chosen(spoken) };
      await api.write(InvitePersonDocument, { organizationId: organization.id, ...invited, idempotencyKey });
      return name;
    },
    done: (name) => {
      announce('done', text('invite.done', { name }));
      refreshOrganizations(queryClient);
      onClose();
    },
  });
  const title = text('organization.action.INVITE_PERSON');
  return (
    <FormDialog title={title} send={text('invite.send')} form={form} onClose={onClose}>
      <p>{text('invite.hint')}</p>
      <LineField form={form} name="name" label={text(labels.name)} maxLength={120} required autoFocus />
      <LineField form={form} name="email" label={text(labels.email)} type="email" required />
      <ChoiceField
        form={form}
        name="roles"
        label={text(labels.roles)}
        choices={roles.map((role) => ({ value: role, label: text.word('role', role) }))}
        {...(!staff && { hint: text('invite.role.hint') })}
        chosen
      />
      <ChoiceField
        form={form}
        name="language"
        label={text('organization.language')}
        choices={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        chosen
      />
    </FormDialog>
  );
}
