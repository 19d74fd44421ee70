import { Button } from '@mantine/core';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useState, type ComponentType } from 'react';
import type { Api } from '../api/client.ts';
import { NOT_NOW } from '../api/error-codes.ts';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { ActionField } from './action-field.ts';
import { useDraftForm, type DraftForm } from './draft-form.ts';
import { ChoiceField, LineField, TextField, TickField, type Choice } from './field.tsx';
import { FormShell } from './form-shell.tsx';
import { given, type ValuesOf } from './values.ts';

/** A record as its actions see it. */
export interface ActionRecord {
  id: string;
  number: string;
  version: number;
  allowedActions: readonly string[];
}

/** What a noun says once for the forms of all its actions. */
export interface ActionNoun<Rec extends ActionRecord, Source extends string> {
  /** Its name, which begins its words for refusals: `incident.error.CONFLICT`. */
  name: string;
  /** The group of words that names the actions. */
  words: string;
  /** Gives the choices of a list; those that none of the sources asks for may be empty. */
  useChoices: (sources: readonly Source[]) => (source: Source) => readonly Choice[];
  /** Keeps a record as a write gave it back. Null: the change is made and the record could not be read, so it is read again. */
  keep: (queryClient: QueryClient, written: Rec | null, before: Rec) => void;
  /** What others changed after a version. */
  ChangesSince: ComponentType<{ record: Rec; version: number }>;
}

type ActionFields<Source extends string> = Readonly<Record<string, ActionField<string, Source>>>;

/** How a field stands in the form, as long as the values are as they are. */
export type Standing = 'required' | 'optional' | 'hidden';

/** The form of one action. */
export interface ActionForm<Rec extends ActionRecord, F extends ActionFields<string>> {
  fields: F;
  initial?: (record: Rec) => Partial<ValuesOf<F>>;
  /** How the fields stand; what it does not name is optional. */
  standing?: (values: ValuesOf<F>, record: Rec) => Partial<Record<keyof F, Standing>>;
  send: (api: Api, values: ValuesOf<F>, context: ActionContext<Rec>) => Promise<Rec | null>;
  /** True for what withdraws a record: the button that sends it warns. */
  withdraws?: boolean;
}

/** What an input is made of besides the values. */
export interface ActionContext<Rec> {
  /** The record as it was when the reader decided. */
  record: Rec;
  /** The IANA zone in which local times are typed. */
  zone: string;
  /** What each input of an action begins with. */
  once: { id: string; idempotencyKey: string };
  /** The same, with the version that the reader decided on, for actions that ask for it. */
  decided: { id: string; idempotencyKey: string; expectedVersion: number };
}

export interface ActionDialogProps<Rec extends ActionRecord> {
  action: string;
  record: Rec;
  onClose: () => void;
  onDone: (record: Rec) => void;
}

/** The dialog of an action. What its fields hold stays inside, so that the dialogs of all actions are of one type. */
export type ActionDialog<Rec extends ActionRecord> = ComponentType<ActionDialogProps<Rec>>;

/** Makes the dialog of an action. */
export function createActionDialog<Rec extends ActionRecord, Source extends string, F extends ActionFields<Source>>(
  noun: ActionNoun<Rec, Source>,
  form: ActionForm<Rec, F>,
): ActionDialog<Rec> {
  return function ActionDialog(props) {
    return <ActionFormDialog {...props} noun={noun} table={form} />;
  };
}

/** The form of one action on one record. What was typed stays until it was sent, whatever others do meanwhile. */
function ActionFormDialog<Rec extends ActionRecord, Source extends string, F extends ActionFields<Source>>(
  props: ActionDialogProps<Rec> & { noun: ActionNoun<Rec, Source>; table: ActionForm<Rec, F> },
) {
  const { noun, action, table, record, onClose } = props;
  const { api, format } = useSession();
  const text = useText();
  const queryClient = useQueryClient();
  const fields = Object.entries(table.fields);
  const choices = noun.useChoices(fields.flatMap(([, { source }]) => source ?? []));
  // The version that the reader saw when the form opened: others may write while it is filled in.
  const [decidedOn, setDecidedOn] = useState(record);
  const [wentOn, setWentOn] = useState(false);
  const standingOf = (name: string, values: ValuesOf<F>) => table.standing?.(values, decidedOn)[name] ?? 'optional';
  const form = useDraftForm({
    draftName: `${record.id}.${action}`,
    about: noun.name,
    fields: table.fields,
    ...(table.initial && { initial: table.initial(decidedOn) }),
    check: (values) => {
      const missing = fields.filter(([name]) => standingOf(name, values) === 'required' && !given(values[name] ?? ''));
      return Object.fromEntries(
        missing.map(([name, { label }]) => [name, text('problem.missing', { field: text(label) })]),
      );
    },
    send: (values, idempotencyKey) => {
      const once = { id: record.id, idempotencyKey };
      const decided = { ...once, expectedVersion: decidedOn.version };
      return table.send(api, values, { record: decidedOn, zone: format.zone, once, decided });
    },
    done: (written) => {
      noun.keep(queryClient, written, record);
      props.onDone(written ?? record);
    },
  });

  const stale = form.error?.code === 'CONFLICT';
  const word = text.word(noun.words, action);
  const goOn = () => {
    setDecidedOn(record);
    setWentOn(true);
  };
  const shown = fields.filter(([name]) => standingOf(name, form.values) !== 'hidden');
  const notNow = form.error !== null && NOT_NOW.has(form.error.code);
  const help = stale ? (
    <noun.ChangesSince record={record} version={decidedOn.version} />
  ) : (
    notNow && <Allowed words={noun.words} record={record} />
  );
  return (
    <Dialog title={text('action.title', { action: word, number: record.number })} onClose={onClose}>
      <FormShell form={form} className="form" help={help}>
        {shown.map(([name, field], index) => (
          <FormField
            key={name}
            {...{ name, field, form }}
            required={standingOf(name, form.values) === 'required'}
            choices={field.source ? choices(field.source) : []}
            autoFocus={index === 0}
          />
        ))}
        {fields.length === 0 && <p>{text.word(`${noun.words}.confirm`, action)}</p>}
        <Footer
          {...{ form, table, word, onClose, wentOn }}
          goOn={stale && decidedOn.version !== record.version ? goOn : null}
          version={record.version}
        />
      </FormShell>
    </Dialog>
  );
}

function Footer<F extends ActionFields<string>>(props: {
  form: DraftForm<F>;
  table: { fields: F; withdraws?: boolean };
  /** What the action is called. */
  word: string;
  /** Decides on the record as it is now, where others changed it and the reader has been shown what. */
  goOn: (() => void) | null;
  version: number;
  wentOn: boolean;
  onClose: () => void;
}) {
  const { form, table, goOn } = props;
  const { staff } = useSession();
  const text = useText();
  return (
    <footer>
      {goOn ? (
        // The typed values stay; what is sent now is decided on what the reader has just been shown.
        <Button key="goOn" onClick={goOn}>
          {staff ? text('conflict.goOn', { version: props.version }) : text('conflict.goOn.customer')}
        </Button>
      ) : (
        <Button
          // Another element than the button before it: the click that goes on must not also send.
          key="send"
          type="submit"
          loading={form.sending}
          color={table.withdraws ? 'red' : 'desk'}
          // Where there is no field that could take the focus.
          data-autofocus={Object.keys(table.fields).length === 0 || undefined}
          // It stands in the place of the button that was pressed to go on, and so does the keyboard.
          autoFocus={props.wentOn}
        >
          {props.word}
        </Button>
      )}
      <Button variant="default" onClick={props.onClose}>
        {text('dialog.later')}
      </Button>
      {form.dirty && (
        <Button variant="subtle" onClick={form.discard}>
          {text('draft.discard')}
        </Button>
      )}
    </footer>
  );
}

function FormField<F extends ActionFields<string>>(props: {
  name: string;
  field: ActionField;
  form: DraftForm<F>;
  required: boolean;
  choices: readonly Choice[];
  autoFocus: boolean;
}) {
  const { name, field, form, required, autoFocus } = props;
  const { format } = useSession();
  const text = useText();
  const shared = {
    form,
    name,
    label: text(field.label),
    required,
    autoFocus,
    ...(field.hint && { hint: text(field.hint) }),
  };
  if (field.kind === 'choice') {
    const { codes, words = '' } = field;
    const choices = codes?.map((code) => ({ value: code, label: text.word(words, code) })) ?? props.choices;
    return <ChoiceField {...shared} choices={choices} {...(field.empty && { empty: text(field.empty) })} />;
  }
  if (field.kind === 'tick') return <TickField {...shared} />;
  if (field.kind === 'text') return <TextField {...shared} />;
  if (field.kind === 'localTime') {
    // In winter the zone has another name than in summer: that of the date which is typed counts.
    const zone = format.localZoneName(form.values[name] ?? '');
    return <LineField {...shared} type="datetime-local" hint={text('field.until.hint', { zone })} />;
  }
  return <LineField {...shared} maxLength={200} />;
}

/** After a refusal of the action itself: what is possible instead. */
function Allowed({ words, record }: { words: string; record: ActionRecord }) {
  const text = useText();
  const actions = record.allowedActions.map((action) => text.word(words, action));
  return (
    <p>
      {actions.length > 0 ? text('problem.allowed', { actions: actions.join(', ') }) : text('problem.nothingAllowed')}
    </p>
  );
}
