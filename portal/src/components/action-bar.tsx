import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ACTION_FORMS, formActions, STATUS_ACTIONS, type Facts, type FormAction } from '../actions.ts';
import { runCommand, useCommand } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { ActionFormDialog } from '../forms/action-form.tsx';
import { ariaKeys } from '../keys.ts';
import { useText, wordFor } from '../text.ts';
import { Dialog } from './dialog.tsx';

/** What the reader may do with an incident now, as the API says. Nothing else is offered. */
export function ActionBar({ incident }: { incident: Facts }) {
  const text = useText();
  const { customer, announce, queries } = useDesk();
  const navigate = useNavigate();
  const [open, setOpen] = useState<FormAction | 'STATUS' | null>(null);
  const actions = formActions(incident.allowedActions);
  const moves = actions.filter((action) => STATUS_ACTIONS.includes(action));
  // The form that names them opens by one key: they are there by then.
  useQuery({ ...queries.analysts, enabled: actions.includes('ASSIGN') });
  useCommand('status', moves.length > 0 ? () => setOpen('STATUS') : null);
  useCommand('assign', actions.includes('ASSIGN') ? () => setOpen('ASSIGN') : null);
  useCommand('reclassify', actions.includes('RECLASSIFY') ? () => setOpen('RECLASSIFY') : null);
  useCommand('link', actions.includes('LINK') ? () => setOpen('LINK') : null);
  useCommand('followUp', actions.includes('FOLLOW_UP') ? () => setOpen('FOLLOW_UP') : null);
  const close = () => setOpen(null);
  const writes = incident.allowedActions.includes('COMMENT');
  const asked = customer && writes && incident.hold?.reason === 'CUSTOMER';
  const acted = useRef(false);
  useEffect(() => {
    // The button that opened the form may be gone with the state: the keyboard goes on at the incident's title.
    if (acted.current && document.activeElement === document.body) document.getElementById('incident-title')?.focus();
    acted.current = false;
  }, [incident]);
  return (
    <div className="action-bar" role="group" aria-label={text('action.group')}>
      {actions.map((action) => {
        const { command, nextIn, withdraws } = ACTION_FORMS[action];
        const keys = command ? ariaKeys(command) : moves.includes(action) ? ariaKeys('status') : undefined;
        return (
          <Button
            key={action}
            size="compact-sm"
            variant={withdraws ? 'subtle' : nextIn === incident.state ? 'filled' : 'default'}
            color={withdraws ? 'red' : 'desk'}
            aria-keyshortcuts={keys}
            onClick={() => setOpen(action)}
          >
            {wordFor(text, 'action', action)}
          </Button>
        );
      })}
      {asked && <Question incident={incident} />}
      {actions.length === 0 && !writes && <span className="quiet">{text('action.none')}</span>}
      {open === 'STATUS' && <StatusChooser moves={moves} onChoose={setOpen} onClose={close} />}
      {open && open !== 'STATUS' && (
        <ActionFormDialog
          action={open}
          incident={incident}
          onClose={close}
          onDone={(changed) => {
            acted.current = true;
            close();
            announce('done', text('action.done', { action: wordFor(text, 'action', open), number: changed.number }));
            if (changed.id !== incident.id)
              void navigate({ to: '/incidents/$id', params: { id: changed.number }, search: true });
          }}
        />
      )}
    </div>
  );
}

/** What the desk waits to hear from the reader, and the way to answer. */
function Question({ incident }: { incident: Facts }) {
  const text = useText();
  const { queries } = useDesk();
  const said = useQuery(queries.comments(incident.number)).data?.nodes ?? [];
  const question = said.findLast(({ fromSme }) => fromSme)?.text;
  return (
    <div className="question">
      <p>
        <strong>{text('action.asked')}</strong> <span className="message-text">{question}</span>
      </p>
      <Button size="compact-sm" aria-keyshortcuts={ariaKeys('reply')} onClick={() => runCommand('reply')}>
        {wordFor(text, 'action', 'COMMENT')}
      </Button>
    </div>
  );
}

/** The moves to another state, each with a digit. */
function StatusChooser(props: { moves: FormAction[]; onChoose: (action: FormAction) => void; onClose: () => void }) {
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
              <kbd>{index + 1}</kbd> {wordFor(text, 'action', action)}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
