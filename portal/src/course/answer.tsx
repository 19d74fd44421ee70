import { Checkbox, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import type { Given } from './answer-sheet.ts';
import type { Question } from './queries.ts';

/** What the reader chooses or writes. Null is given where it is not whole, as an order that lacks a place. */
export function Answer({ question, give }: { question: Question; give: (given: Given | null) => void }) {
  const text = useText();
  const { language } = useSession();
  const kept = question.answer?.optionIds ?? [];
  const [chosen, setChosen] = useState<readonly string[]>(kept);
  const [number, setNumber] = useState(question.answer?.number ?? '');
  const given = useRef(number);
  const options = (question.options ?? []).map((option) => ({ value: option.id, label: ownName(option, language) }));
  const choose = (optionIds: string[]) => {
    setChosen(optionIds);
    give({ optionIds });
  };
  if (question.kind === 'NUMERIC')
    return (
      <TextInput
        label={text('assessment.number')}
        inputMode="decimal"
        autoComplete="off"
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
        onBlur={() => {
          if (number.trim() === given.current) return;
          given.current = number.trim();
          give(given.current ? { number: given.current } : null);
        }}
      />
    );
  if (question.kind === 'ORDER')
    return (
      <>
        {options.map((_option, place) => (
          <NativeSelect
            key={place}
            label={text('assessment.place', { place: place + 1 })}
            data={[{ value: '', label: text('assessment.choose') }, ...options]}
            value={chosen[place] ?? ''}
            onChange={(event) => {
              const order = options.map((_each, at) => (at === place ? event.currentTarget.value : (chosen[at] ?? '')));
              setChosen(order);
              const whole = new Set(order).size === options.length && !order.includes('');
              give(whole ? { optionIds: order } : null);
            }}
          />
        ))}
      </>
    );
  const Box = question.kind === 'SINGLE' ? Radio : Checkbox;
  return (
    <>
      {options.map(({ value, label }) => (
        <Box
          key={value}
          name={question.id}
          label={label}
          checked={chosen.includes(value)}
          onChange={() =>
            choose(
              question.kind === 'SINGLE'
                ? [value]
                : chosen.includes(value)
                  ? chosen.filter((id) => id !== value)
                  : [...chosen, value],
            )
          }
        />
      ))}
    </>
  );
}
