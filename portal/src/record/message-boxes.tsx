import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCommand } from '../app/commands.ts';
import { ariaKeys, RECORD_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { useDraftForm, type FieldTexts } from '../forms/draft-form.ts';
import { TextField } from '../forms/field.tsx';
import { FormShell } from '../forms/form-shell.tsx';
import { ANY_TEXT } from '../forms/values.ts';
import { useFeed } from '../live/feed-context.ts';
import { useText } from '../text/text.ts';
import { useAnnounce } from '../ui/announcer-context.tsx';
import type { Messages, PageRecord, RecordNoun } from './noun.ts';
import { keepMessage, keepRecord } from './queries.ts';

const FIELDS = { text: ANY_TEXT };

/** The part of a conversation in which each kind of message stands. */
const MESSAGE_PARTS = { reply: 'comments', note: 'notes' } as const;

/**
 * Where people write about a record. The public reply and the internal note are two boxes with their own colours, words and
 * drafts, so that neither can be sent as the other.
 */
export function MessageBoxes<Rec extends PageRecord>({ noun, record }: { noun: RecordNoun<Rec>; record: Rec }) {
  const reply = record.allowedActions.includes('COMMENT') && noun.comments;
  const note = record.allowedActions.includes('NOTE') && noun.notes;
  if (!reply && !note) return null;
  return (
    <div className="message-boxes">
      {reply && <MessageBox key={`${record.id}.reply`} {...{ noun, record }} kind="reply" messages={reply} />}
      {note && <MessageBox key={`${record.id}.note`} {...{ noun, record }} kind="note" messages={note} />}
    </div>
  );
}

function MessageBox<Rec extends PageRecord>(props: {
  noun: RecordNoun<Rec>;
  record: Rec;
  kind: 'reply' | 'note';
  messages: Messages<Rec, { id: string }>;
}) {
  const { noun, record, kind, messages } = props;
  const text = useText();
  const announce = useAnnounce();
  const feed = useFeed();
  const { staff, api } = useSession();
  const queryClient = useQueryClient();
  const [sent, setSent] = useState(false);
  const readers = messages.readers?.(record) ?? 'reply.hint.customer';
  const label = text(kind === 'note' ? 'note.label' : staff ? 'reply.label.staff' : 'reply.label.customer');
  const form = useDraftForm({
    draftName: `${record.id}.${kind}`,
    about: noun.name,
    fields: FIELDS,
    check: (values): FieldTexts => (values.text.trim() ? {} : { text: text('problem.missing', { field: label }) }),
    send: (values, idempotencyKey) => messages.write(api.write, { id: record.id, text: values.text, idempotencyKey }),
    done: ({ message, record: written }) => {
      const { number } = record;
      setSent(true);
      keepRecord(noun, queryClient, { written, before: record });
      if (message) keepMessage(noun, queryClient, { number, part: MESSAGE_PARTS[kind], message });
      announce('sent', text(kind === 'note' ? 'note.sent' : 'reply.sent'));
      // The feed tells of the rest, as of the history.
      if (feed.status() === 'LIVE') return;
      void queryClient.invalidateQueries({ queryKey: [noun.name, number] });
    },
  });
  const fieldId = form.fieldId('text');
  useCommand(RECORD_KEYS[kind], () => document.getElementById(fieldId)?.focus());
  return (
    <FormShell form={form} className={`message-box ${kind}`}>
      <TextField
        form={form}
        name="text"
        label={label}
        hint={text(kind === 'note' ? 'note.hint' : staff ? 'reply.hint.staff' : readers)}
        rows={3}
        ariaKeys={ariaKeys(RECORD_KEYS[kind])}
      />
      <footer>
        <Button
          type="submit"
          loading={form.sending}
          color={kind === 'note' ? 'note' : 'desk'}
          aria-keyshortcuts={ariaKeys(RECORD_KEYS.send)}
        >
          {text(kind === 'note' ? 'note.send' : staff ? 'reply.send.staff' : 'reply.send.customer')}
        </Button>
        <span className="quiet">
          {form.dirty ? text('draft.kept') : sent ? text(kind === 'note' ? 'note.sent' : 'reply.sent') : ''}
        </span>
      </footer>
    </FormShell>
  );
}
