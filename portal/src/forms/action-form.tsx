import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ACTION_FORMS, missingFields, shownFields, type ActionField, type Facts, type FormAction } from '../actions.ts';
import type { ApiError } from '../api/client.ts';
import { useChoices } from '../choices.ts';
import { ChangesSince } from '../components/changes-since.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ErrorSummary } from '../components/error-summary.tsx';
import { useDesk } from '../desk.tsx';
import { useText, wordFor } from '../text.ts';
import { useDraftForm, type DraftForm, type Values } from './draft-form.ts';
import { ChoiceField, LineField, TextField, TickField } from './field.tsx';

/** The form of one action on one incident. What was typed stays until it was sent, whatever others do meanwhile. */
export function ActionFormDialog(props: {
  action: FormAction;
  incident: Facts;
  onClose: () => void;
  onDone: (incident: Facts) => void;
}) {
  const { action, incident, onClose } = props;
  const { format, staff, queries, request } = useDesk();
  const text = useText();
  const queryClient = useQueryClient();
  const table = ACTION_FORMS[action];
  const choices = useChoices(table.fields.some((field) => field.source === 'analysts'));
  // The version that the reader saw when the form opened: others may write while it is filled in.
  const [decidedOn, setDecidedOn] = useState(incident);
  const [wentOn, setWentOn] = useState(false);
  const form = useDraftForm({
    draftName: `${incident.id}.${action}`,
    initial: { ...emptyValues(table.fields), ...table.initial?.(decidedOn) },
    check: (values) =>
      Object.fromEntries(
        missingFields(action, values, decidedOn).map((field) => [
          field.name,
          text('problem.missing', { field: text(field.label) }),
        ]),
      ),
    send: async (values, idempotencyKey) => {
      const input = table.input(values, { incident: decidedOn, zone: format.zone });
      const version = table.versioned ? { expectedVersion: decidedOn.version } : {};
      return (
        await request(table.document, { input: { id: incident.id, ...version, ...input, idempotencyKey } as never })
      ).incident;
    },
    done: (changed) => {
      for (const id of [changed.id, changed.number]) queryClient.setQueryData(queries.incident(id).queryKey, changed);
      props.onDone(changed);
    },
  });

  const stale = form.error?.code === 'CONFLICT';
  const title = text('action.title', { action: wordFor(text, 'action', action), number: incident.number });
  return (
    <Dialog title={title} onClose={onClose}>
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
          <ErrorSummary attempt={form.attempt} problems={form.problems} sentence={form.sentence}>
            {stale && <ChangesSince incident={incident} version={decidedOn.version} />}
            {form.error && <Allowed error={form.error} incident={incident} />}
          </ErrorSummary>
        )}
        {shownFields(action, form.values).map((field, index) => (
          <FormField
            key={field.name}
            {...{ field, form }}
            required={field.required?.(form.values, decidedOn) ?? false}
            choices={field.source ? choices(field.source) : []}
            autoFocus={index === 0}
          />
        ))}
        {table.fields.length === 0 && <p>{wordFor(text, 'action.confirm', action)}</p>}
        <footer>
          {stale && decidedOn.version !== incident.version ? (
            // The typed values stay; what is sent now is decided on what the reader has just been shown.
            <Button
              key="goOn"
              onClick={() => {
                setDecidedOn(incident);
                setWentOn(true);
              }}
            >
              {staff ? text('conflict.goOn', { version: incident.version }) : text('conflict.goOn.customer')}
            </Button>
          ) : (
            <Button
              // Another element than the button before it: the click that goes on must not also send.
              key="send"
              type="submit"
              loading={form.sending}
              color={table.withdraws ? 'red' : 'desk'}
              data-autofocus={table.fields.length === 0 || undefined}
              // It stands in the place of the button that was pressed to go on, and so does the keyboard.
              autoFocus={wentOn}
            >
              {wordFor(text, 'action', action)}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {text('dialog.later')}
          </Button>
          {form.dirty && (
            <Button variant="subtle" onClick={form.discard}>
              {text('draft.discard')}
            </Button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function FormField(props: {
  field: ActionField;
  form: DraftForm;
  required: boolean;
  choices: { value: string; label: string }[];
  autoFocus: boolean;
}) {
  const { field, form, required, choices, autoFocus } = props;
  const { format } = useDesk();
  const text = useText();
  const shared = {
    form,
    name: field.name,
    label: text(field.label),
    required,
    autoFocus,
    ...(field.hint && { hint: text(field.hint) }),
  };
  if (field.kind === 'choice') {
    return <ChoiceField {...shared} choices={choices} {...(field.empty && { empty: text(field.empty) })} />;
  }
  if (field.kind === 'tick') return <TickField {...shared} />;
  if (field.kind === 'text') return <TextField {...shared} />;
  if (field.kind === 'localTime') {
    // In winter the zone has another name than in summer: that of the date which is typed counts.
    const zone = format.localZoneName(form.values[field.name] ?? '');
    return <LineField {...shared} type="datetime-local" hint={text('field.until.hint', { zone })} />;
  }
  return <LineField {...shared} maxLength={200} />;
}

/** After a refusal of the action itself: what is possible instead. */
function Allowed({ error, incident }: { error: ApiError; incident: Facts }) {
  const text = useText();
  if (error.code !== 'ILLEGAL_TRANSITION' && error.code !== 'WINDOW_CLOSED') return null;
  const words = incident.allowedActions.map((action) => wordFor(text, 'action', action));
  return (
    <p>{words.length > 0 ? text('problem.allowed', { actions: words.join(', ') }) : text('problem.nothingAllowed')}</p>
  );
}

function emptyValues(fields: readonly ActionField[]): Values {
  return Object.fromEntries(fields.map((field) => [field.name, '']));
}
