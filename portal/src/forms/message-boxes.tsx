import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Facts } from '../actions.ts';
import { useCommand } from '../commands.ts';
import { ErrorSummary } from '../components/error-summary.tsx';
import { useDesk } from '../desk.tsx';
import { AddCommentDocument, AddInternalNoteDocument } from '../generated/api.ts';
import { ariaKeys } from '../keys.ts';
import { useText } from '../text.ts';
import { useDraftForm } from './draft-form.ts';
import { TextField } from './field.tsx';

/**
 * Where people write about an incident. The public reply and the internal note are two boxes with their own colours, words and
 * drafts, so that neither can be sent as the other.
 */
export function MessageBoxes({ incident }: { incident: Facts }) {
  const mayComment = incident.allowedActions.includes('COMMENT');
  const mayNote = incident.allowedActions.includes('NOTE');
  if (!mayComment && !mayNote) return null;
  return (
    <div className="message-boxes">
      {mayComment && <MessageBox key={`${incident.id}.reply`} incident={incident} kind="reply" />}
      {mayNote && <MessageBox key={`${incident.id}.note`} incident={incident} kind="note" />}
    </div>
  );
}

function MessageBox({ incident, kind }: { incident: Facts; kind: 'reply' | 'note' }) {
  const text = useText();
  const { staff, announce, feed, request } = useDesk();
  const queryClient = useQueryClient();
  const [sent, setSent] = useState(false);
  const label = text(kind === 'note' ? 'note.label' : staff ? 'reply.label.staff' : 'reply.label.customer');
  const form = useDraftForm({
    draftName: `${incident.id}.${kind}`,
    initial: { text: '' },
    check: (values) => (values.text?.trim() ? {} : { text: text('problem.missing', { field: label }) }),
    send: async (values, idempotencyKey) => {
      const input = { id: incident.id, text: values.text ?? '', idempotencyKey };
      await (kind === 'note' ? request(AddInternalNoteDocument, { input }) : request(AddCommentDocument, { input }));
    },
    done: () => {
      setSent(true);
      announce('sent', text(kind === 'note' ? 'note.sent' : 'reply.sent'));
      // The feed would tell of it too; without a feed the writer must see it all the same.
      if (feed.status() === 'LIVE') return;
      void queryClient.invalidateQueries({ queryKey: ['incident', incident.number] });
    },
  });
  const fieldId = form.fieldId('text');
  useCommand(kind, () => document.getElementById(fieldId)?.focus());
  return (
    <form
      className={`message-box ${kind}`}
      noValidate
      onKeyDown={form.onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {form.attempt > 0 && (form.problems.length > 0 || form.error) && (
        <ErrorSummary attempt={form.attempt} problems={form.problems} sentence={form.sentence} />
      )}
      <TextField
        form={form}
        name="text"
        label={label}
        hint={text(kind === 'note' ? 'note.hint' : staff ? 'reply.hint.staff' : 'reply.hint.customer')}
        rows={3}
        ariaKeys={ariaKeys(kind)}
      />
      <footer>
        <Button
          type="submit"
          loading={form.sending}
          color={kind === 'note' ? 'note' : 'desk'}
          aria-keyshortcuts={ariaKeys('send')}
        >
          {text(kind === 'note' ? 'note.send' : staff ? 'reply.send.staff' : 'reply.send.customer')}
        </Button>
        <span className="quiet">
          {form.dirty ? text('draft.kept') : sent ? text(kind === 'note' ? 'note.sent' : 'reply.sent') : ''}
        </span>
      </footer>
    </form>
  );
}
