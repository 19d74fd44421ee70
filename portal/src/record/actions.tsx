import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Fragment, useEffect, useRef, useState, type ReactNode } from 'react';
import { useCommand } from '../app/commands.ts';
import { ariaKeys, RECORD_KEYS, type Command } from '../app/keys.ts';
import type { ActionField } from '../forms/action-field.ts';
import {
  createActionDialog,
  type ActionContext,
  type ActionDialog,
  type ActionForm,
  type ActionNoun,
} from '../forms/action-form.tsx';
import type { Choice } from '../forms/field.tsx';
import type { ValuesOf } from '../forms/values.ts';
import type { TypedDocument } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { changesSince } from './history.tsx';
import type { PageRecord, RecordNoun } from './noun.ts';
import { keepRecord } from './queries.ts';

/** An action that a form sends, as the bar offers it. */
export interface RecordAction<Rec extends PageRecord> {
  Dialog: ActionDialog<Rec>;
  /** The key that opens it directly. */
  command?: Command;
  /** True for a move to another state: the status key offers it. */
  moves?: boolean;
  /** The state in which this is what comes next: its button stands out. At most one action for each state. */
  nextIn?: Rec['state'];
  /** True for what withdraws a record: its button is set apart. */
  withdraws?: boolean;
}

/** The actions of a noun that have a form, in the order of a record's life. */
export type RecordActions<Rec extends PageRecord> = Readonly<Record<string, RecordAction<Rec>>>;

/** The form of an action, and how the bar offers it. `input` makes the mutation's input of the values. */
type ActionSpec<Rec extends PageRecord, F extends Fields<string>, Input> = Omit<ActionForm<Rec, F>, 'send'> &
  Omit<RecordAction<Rec>, 'Dialog'> & { input: (values: ValuesOf<F>, context: ActionContext<Rec>) => Input };

type Fields<Source extends string> = Readonly<Record<string, ActionField<string, Source>>>;

/** Makes what makes the actions of a noun: each from a mutation that answers the noun's payload. */
export function actionMaker<Rec extends PageRecord, Source extends string = never>(
  noun: RecordNoun<Rec>,
  useChoices: (sources: readonly Source[]) => (source: Source) => readonly Choice[],
) {
  const about: ActionNoun<Rec, Source> = {
    name: noun.name,
    words: `${noun.name}.action`,
    useChoices,
    keep: (queryClient, written, before) => keepRecord(noun, queryClient, { written, before }),
    ChangesSince: changesSince(noun),
  };
  return function actionOf<F extends Fields<Source>, Input>(
    document: TypedDocument<{ payload: { record: Rec | null } | null }, { input: Input }>,
    { input, command, moves, nextIn, ...form }: ActionSpec<Rec, F, Input>,
  ): RecordAction<Rec> {
    return {
      ...(command && { command }),
      ...(moves && { moves }),
      ...(nextIn && { nextIn }),
      ...(form.withdraws && { withdraws: true }),
      Dialog: createActionDialog(about, {
        ...form,
        send: async (api, values, context) => (await api.write(document, input(values, context))).record,
      }),
    };
  };
}

/**
 * What the reader may do with a record now, as the API says. Nothing else is offered. `children` stand behind the buttons. `hasMoreBelow` is
 * true where the page offers something further down: then the bar does not say that there is nothing to do.
 */
export function ActionBar<Rec extends PageRecord>(props: {
  noun: RecordNoun<Rec>;
  actions: RecordActions<Rec>;
  record: Rec;
  hasMoreBelow?: boolean;
  children?: ReactNode;
}) {
  const { noun, record, hasMoreBelow = false } = props;
  const text = useText();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const [open, setOpen] = useState<string | null>(null);
  const actions = Object.entries(props.actions).filter(([action]) => record.allowedActions.includes(action));
  const moves = actions.filter(([, { moves: isMove }]) => isMove).map(([action]) => action);
  const Form = open === null ? undefined : props.actions[open]?.Dialog;
  const word = (action: string) => text.word(`${noun.name}.action`, action);
  useCommand(RECORD_KEYS.status, moves.length > 0 ? () => setOpen(STATUS) : null);
  const close = () => setOpen(null);
  const acted = useRef(false);
  useEffect(() => {
    // The button that opened the form may be gone with the state: the keyboard goes on at the record's title.
    if (acted.current && document.activeElement === document.body) document.getElementById('record-title')?.focus();
    acted.current = false;
  }, [record]);
  const done = (action: string, changed: Rec) => {
    acted.current = true;
    close();
    announce('done', text('action.done', { action: word(action), number: changed.number }));
    if (changed.id !== record.id) void navigate(noun.address(changed.number));
  };
  return (
    <div className="action-bar" role="group" aria-label={text('action.group')}>
      {actions.map(([action, { command, moves: isMove, nextIn, withdraws }]) => {
        const keys = command ?? (isMove ? RECORD_KEYS.status : null);
        return (
          <Fragment key={action}>
            <Button
              size="compact-sm"
              variant={withdraws ? 'subtle' : nextIn === record.state ? 'filled' : 'default'}
              color={withdraws ? 'red' : 'desk'}
              aria-keyshortcuts={keys ? ariaKeys(keys) : undefined}
              onClick={() => setOpen(action)}
            >
              {word(action)}
            </Button>
            {command && <Opens command={command} open={() => setOpen(action)} />}
          </Fragment>
        );
      })}
      {props.children}
      {actions.length === 0 && !hasMoreBelow && !record.allowedActions.includes('COMMENT') && (
        <span className="quiet">{text('action.none')}</span>
      )}
      {open === STATUS && <StatusChooser {...{ moves, word }} onChoose={setOpen} onClose={close} />}
      {open !== null && Form && (
        // It stays open while the API no longer allows the action: what was typed is not lost.
        <Form action={open} record={record} onClose={close} onDone={(changed) => done(open, changed)} />
      )}
    </div>
  );
}

/** What is open when it is the chooser, which no action is called. */
const STATUS = ' status';

/** Lets the key of an action open its form. */
function Opens({ command, open }: { command: Command; open: () => void }) {
  useCommand(command, open);
  return null;
}

/** The moves to another state, each with a digit. */
function StatusChooser(props: {
  moves: readonly string[];
  word: (action: string) => string;
  onChoose: (action: string) => void;
  onClose: () => void;
}) {
  const text = useText();
  return (
    <Dialog title={text('status.title')} onClose={props.onClose}>
      <ul
        className="choices"
        onKeyDown={(event) => {
          const action = props.moves[Number(event.key) - 1];
          if (!action) return;
          // The form that opens takes the focus: the digit must not land in its first field.
          event.preventDefault();
          props.onChoose(action);
        }}
      >
        {props.moves.map((action, index) => (
          <li key={action}>
            <button
              type="button"
              data-autofocus={index === 0 || undefined}
              aria-keyshortcuts={String(index + 1)}
              onClick={() => props.onChoose(action)}
            >
              <kbd>{index + 1}</kbd> {props.word(action)}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
