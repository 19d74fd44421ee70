import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ActionRecord } from '../forms/action-form.tsx';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import { REASONED } from './actions.tsx';

/** The buttons of what the reader may do with something for a reason, as the API says. */
export function ReasonedButtons({ noun, record }: { noun: string; record: ActionRecord }) {
  const text = useText();
  const announce = useAnnounce();
  const [open, setOpen] = useState<string | null>(null);
  const word = (action: string) => text.word(`${noun}.action`, action);
  const actions = record.allowedActions.filter((action) => `${noun}.${action}` in REASONED);
  const Form = open === null ? undefined : REASONED[`${noun}.${open}`];
  return (
    <>
      {actions.map((action) => (
        <Button
          key={action}
          size="compact-sm"
          variant="subtle"
          color={action === 'REINSTATE' ? 'desk' : 'red'}
          aria-label={`${word(action)}: ${record.number}`}
          onClick={() => setOpen(action)}
        >
          {word(action)}
        </Button>
      ))}
      {open !== null && Form && (
        // It stays open while the API no longer allows the action: what was typed is not lost.
        <Form
          action={open}
          record={record}
          onClose={() => setOpen(null)}
          onDone={() => {
            announce('done', text('action.done', { action: word(open), number: record.number }));
            setOpen(null);
          }}
        />
      )}
    </>
  );
}
