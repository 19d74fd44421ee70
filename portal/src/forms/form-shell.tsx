import './forms.css';
import type { ReactNode } from 'react';
import { composes } from '../ui/composition.ts';
import type { DraftForm } from './draft-form.ts';
import { ErrorSummary } from './error-summary.tsx';
import type { Fields } from './values.ts';

/** The element around the fields of a form. It says on top what has to be put right; Control and Enter send. */
export function FormShell<F extends Fields>(props: {
  form: DraftForm<F>;
  className: string;
  /** What helps after a refusal. */
  help?: ReactNode;
  children: ReactNode;
}) {
  const { form, className, help, children } = props;
  return (
    <form
      className={className}
      noValidate
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !event.ctrlKey || composes(event.nativeEvent)) return;
        event.preventDefault();
        void form.submit();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {form.attempt > 0 && (form.problems.length > 0 || form.error) && (
        <ErrorSummary attempt={form.attempt} problems={form.problems} sentence={form.sentence}>
          {help}
        </ErrorSummary>
      )}
      {children}
    </form>
  );
}
