import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../text/text.ts';
import type { DraftForm } from './draft-form.ts';
import type { Fields } from './values.ts';

/** One choice of a select. */
export interface Choice {
  value: string;
  label: string;
}

interface FieldProps<F extends Fields> {
  form: DraftForm<F>;
  name: keyof F & string;
  label: string;
  hint?: ReactNode;
  required?: boolean;
  autoFocus?: boolean;
}

/** A line of text of a form. */
export function LineField<F extends Fields>(
  props: FieldProps<F> & { maxLength?: number; autoComplete?: string; type?: string },
) {
  return (
    <TextInput
      {...shared(props)}
      maxLength={props.maxLength}
      autoComplete={props.autoComplete ?? 'off'}
      type={props.type}
      onChange={(event) => props.form.set(props.name, event.currentTarget.value)}
    />
  );
}

/** A text of several lines. */
export function TextField<F extends Fields>(props: FieldProps<F> & { rows?: number; ariaKeys?: string | undefined }) {
  return (
    <Textarea
      {...shared(props)}
      rows={props.rows ?? 4}
      aria-keyshortcuts={props.ariaKeys}
      onChange={(event) => props.form.set(props.name, event.currentTarget.value)}
    />
  );
}

/** A choice from a list. The first entry is empty, unless `chosen` says that there always is a choice. */
export function ChoiceField<F extends Fields>(
  props: FieldProps<F> & { choices: readonly Choice[]; chosen?: boolean; empty?: string },
) {
  const text = useText();
  const empty = { value: '', label: props.empty ?? text('field.choose') };
  return (
    <NativeSelect
      {...shared(props)}
      data={props.chosen ? [...props.choices] : [empty, ...props.choices]}
      onChange={(event) => props.form.set(props.name, event.currentTarget.value)}
    />
  );
}

/** A yes or no; the value is `yes` or empty. */
export function TickField<F extends Fields>(props: FieldProps<F>) {
  return (
    <Checkbox
      id={props.form.fieldId(props.name)}
      label={props.label}
      description={props.hint}
      checked={props.form.values[props.name] === 'yes'}
      onChange={(event) => props.form.set(props.name, event.currentTarget.checked ? 'yes' : '')}
    />
  );
}

function shared<F extends Fields>({ form, name, label, hint, required, autoFocus }: FieldProps<F>) {
  return {
    id: form.fieldId(name),
    name,
    label,
    description: hint,
    required: required ?? false,
    // The form checks by itself and says it in the reader's language; the browser's bubbles would come first.
    'aria-required': required ?? false,
    error: form.problemOf(name),
    value: form.values[name] ?? '',
    'data-autofocus': autoFocus || undefined,
    autoFocus: autoFocus ?? false,
  };
}
