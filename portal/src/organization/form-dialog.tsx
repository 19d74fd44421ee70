import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DraftForm } from '../forms/draft-form.ts';
import { FormShell } from '../forms/form-shell.tsx';
import type { Fields } from '../forms/values.ts';
import type { OrganizationFactsFragment } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { Dialog } from '../ui/dialog.tsx';

/** What a form of an organization's page is given. */
export interface FormProps {
  organization: OrganizationFactsFragment;
  onClose: () => void;
}

/** The dialog around the fields of such a form. */
export function FormDialog<F extends Fields>(props: {
  title: string;
  send: string;
  form: DraftForm<F>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, send, form, onClose, children } = props;
  const text = useText();
  return (
    <Dialog title={title} onClose={onClose}>
      <FormShell
        form={form}
        className="form"
        help={form.error?.code === 'CONFLICT' && <p>{text('organization.changed')}</p>}
      >
        {children}
        <footer>
          <Button type="submit" loading={form.sending}>
            {send}
          </Button>
          <Button variant="default" onClick={onClose}>
            {text('dialog.later')}
          </Button>
          {form.dirty && (
            <Button variant="subtle" onClick={form.discard}>
              {text('draft.discard')}
            </Button>
          )}
        </footer>
      </FormShell>
    </Dialog>
  );
}
