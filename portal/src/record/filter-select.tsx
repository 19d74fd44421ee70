import { NativeSelect } from '@mantine/core';
import type { Choice } from '../forms/field.tsx';

/** A choice that narrows a list; the empty one is called by its label. */
export function FilterSelect(props: {
  label: string;
  value: string | undefined;
  choices: readonly Choice[];
  choose: (value: string | undefined) => void;
}) {
  const { label, value, choices, choose } = props;
  // An address may combine what the list offers apart.
  const other =
    value && !choices.some((choice) => choice.value === value) ? [{ value, label: wordsOf(value, choices) }] : [];
  return (
    <NativeSelect
      aria-label={label}
      size="xs"
      value={value ?? ''}
      data={[{ value: '', label }, ...choices, ...other]}
      onChange={(event) => choose(event.currentTarget.value || undefined)}
    />
  );
}

/** The words for a combination, such as `P1,P2`. */
function wordsOf(value: string, choices: readonly Choice[]): string {
  const parts = value.split(',').map((part) => choices.find((choice) => choice.value.split(',').includes(part)));
  return [...new Set(parts.map((choice) => choice?.label ?? value))].join(' · ');
}
