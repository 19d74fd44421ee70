import { useQueryClient } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { useDraftForm } from '../forms/draft-form.ts';
import { LineField, TickField } from '../forms/field.tsx';
import { ANY_TEXT, given, TICK, type Field, type ValuesOf } from '../forms/values.ts';
import { AUTHORIZATION_SCOPES, AuthorizeAgentDocument, type AuthorizationScope } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { refreshOrganizations } from './actions.tsx';
import { FormDialog, type FormProps } from './form-dialog.tsx';

/** The form's fields, by the names that the API gives them in its refusals; one tick for each scope. */
const FIELDS = {
  agentId: ANY_TEXT,
  validTo: ANY_TEXT,
  ...(Object.fromEntries(AUTHORIZATION_SCOPES.map((scope) => [`scopes.${scope}`, TICK])) as Record<
    `scopes.${AuthorizationScope}`,
    Field<'yes' | ''>
  >),
};

/** Mirrors `AuthorizeAgentInput` of the API. The authorization begins now. */
export function AuthorizeForm({ organization, onClose }: FormProps) {
  const text = useText();
  const announce = useAnnounce();
  const queryClient = useQueryClient();
  const { api, format } = useSession();
  const labels = { agentId: 'authorize.agent', validTo: 'authorize.until' } as const;
  const form = useDraftForm({
    draftName: `${organization.id}.AUTHORIZE_AGENT`,
    about: 'authorization',
    fields: FIELDS,
    check: (values) => {
      const missing = (Object.keys(labels) as (keyof typeof labels)[]).filter((name) => !given(values[name]));
      return Object.fromEntries(missing.map((name) => [name, text('problem.missing', { field: text(labels[name]) })]));
    },
    send: (values, idempotencyKey) =>
      api.write(AuthorizeAgentDocument, {
        organizationId: organization.id,
        agentId: values.agentId.trim(),
        scopes: scopesIn(values),
        validTo: { local: { time: values.validTo, timeZone: format.zone } },
        idempotencyKey,
      }),
    done: () => {
      announce('done', text('authorize.done'));
      refreshOrganizations(queryClient);
      onClose();
    },
  });
  const title = text('organization.action.AUTHORIZE_AGENT');
  const zone = format.localZoneName(form.values.validTo);
  return (
    <FormDialog title={title} send={text('authorize.send')} form={form} onClose={onClose}>
      <LineField
        form={form}
        name="agentId"
        label={text(labels.agentId)}
        hint={text('authorize.agent.hint')}
        required
        autoFocus
      />
      <fieldset>
        <legend>{text('organization.scopes')}</legend>
        {AUTHORIZATION_SCOPES.map((scope) => (
          <TickField key={scope} form={form} name={`scopes.${scope}`} label={text.word('authorization.scope', scope)} />
        ))}
      </fieldset>
      <LineField
        form={form}
        name="validTo"
        label={text(labels.validTo)}
        hint={text('field.until.hint', { zone })}
        type="datetime-local"
        required
      />
    </FormDialog>
  );
}

function scopesIn(values: ValuesOf<typeof FIELDS>): AuthorizationScope[] {
  return AUTHORIZATION_SCOPES.filter((scope) => values[`scopes.${scope}`] === 'yes');
}
