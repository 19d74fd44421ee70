import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ACTION_FORMS, formActions, STATUS_ACTIONS, type Facts, type FormAction } from '../actions.ts';
import { useCommand } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { ActionFormDialog } from '../forms/action-form.tsx';
import { ariaKeys } from '../keys.ts';
import { useText, wordFor } from '../text.ts';
import { Dialog } from './dialog.tsx';

/** What the reader may do with an incident now, as the API says. Nothing else is offered. */
export function ActionBar({ incident }: { incident: Facts }) {
  const text = useText();
  const { announce, queries } = useDesk();
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
  return (
    <div className="action-bar" role="group" aria-label={text('action.group')}>
      {actions.map((action) => {
        const { command, final } = ACTION_FORMS[action];
        const keys = command ? ariaKeys(command) : moves.includes(action) ? ariaKeys('status') : undefined;
        return (
          <Button
            key={action}
            size="compact-sm"
            variant={final ? 'subtle' : action === actions[0] ? 'filled' : 'default'}
            color={final ? 'red' : 'desk'}
            aria-keyshortcuts={keys}
            onClick={() => setOpen(action)}
          >
            {wordFor(text, 'action', action)}
          </Button>
        );
      })}
      {actions.length === 0 && <span className="quiet">{text('action.none')}</span>}
      {open === 'STATUS' && <StatusChooser moves={moves} onChoose={setOpen} onClose={close} />}
      {open && open !== 'STATUS' && (
        <ActionFormDialog
          action={open}
          incident={incident}
          onClose={close}
          onDone={(changed) => {
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
