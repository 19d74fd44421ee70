import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useState } from 'react';
import { answers, runCommand } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { ORDERS } from '../incident-filter.ts';
import { KEYS, keysOf, type Command } from '../keys.ts';
import { prefer } from '../preferences.ts';
import { useText } from '../text.ts';
import { Dialog } from './dialog.tsx';

/** Fewer letters find too much. */
const LETTERS_MIN = 2;
/** The palette waits this long after the last letter before it searches, in milliseconds. */
const SEARCH_MS = 150;

/** Commands that make no sense when chosen from a list. */
const NOT_OFFERED: ReadonlySet<Command> = new Set(['palette', 'next', 'previous', 'open', 'send', 'back', 'showNew']);

interface Entry {
  key: string;
  label: string;
  hint?: string;
  run: () => void;
}

/** One box to go somewhere, to find an incident and to do something. */
export function Palette({ onClose }: { onClose: () => void }) {
  const text = useText();
  const navigate = useNavigate();
  const { language, queries } = useDesk();
  const listId = useId();
  const [words, setWords] = useState('');
  const [marked, setMarked] = useState(0);
  const settled = useSettled(words.trim());
  const found = useQuery({
    ...queries.fewIncidents({ text: settled }, ORDERS.newest),
    enabled: settled.length >= LETTERS_MIN,
  });

  const commands: Entry[] = KEYS.filter(({ command }) => !NOT_OFFERED.has(command) && answers(command)).map(
    ({ command }) => ({
      key: command,
      label: text(`command.${command}`),
      hint: keysOf(command),
      run: () => void runCommand(command),
    }),
  );
  const other = language === 'EN' ? 'FR' : 'EN';
  commands.push({ key: 'language', label: text('language.switch'), run: () => prefer({ language: other }) });
  const asked = words.trim().toLowerCase();
  const records = settled.length >= LETTERS_MIN && asked !== '' ? (found.data?.nodes ?? []) : [];
  const entries: Entry[] = [
    ...records.map((row) => ({
      key: row.id,
      label: `${row.number} ${row.title}`,
      run: () => void navigate({ to: '/incidents/$id', params: { id: row.number }, search: { open: true } }),
    })),
    ...commands.filter(({ label }) => label.toLowerCase().includes(asked)),
  ];
  const chosen = Math.min(marked, entries.length - 1);
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // The dialog gives the focus back first; what is run may then move it.
    setTimeout(entry.run);
  };
  return (
    <Dialog title={text('palette.title')} onClose={onClose}>
      <input
        className="palette-input"
        role="combobox"
        aria-label={text('palette.title')}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries[chosen] ? `${listId}-${chosen}` : undefined}
        aria-autocomplete="list"
        data-autofocus
        maxLength={200}
        placeholder={text('palette.placeholder')}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setMarked(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setMarked((chosen + 1) % Math.max(1, entries.length));
          else if (event.key === 'ArrowUp') setMarked((chosen + entries.length - 1) % Math.max(1, entries.length));
          else if (event.key === 'Enter') choose(entries[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <ul className="palette-list" role="listbox" id={listId} aria-label={text('palette.results')}>
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => choose(entry)}
            ref={(item) => {
              if (index === chosen) item?.scrollIntoView({ block: 'nearest' });
            }}
          >
            <span>{entry.label}</span>
            {entry.hint && <kbd>{entry.hint.replace('Control', 'Ctrl')}</kbd>}
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className="quiet">{text('palette.nothing')}</p>}
    </Dialog>
  );
}

function useSettled(words: string): string {
  const [settled, setSettled] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), SEARCH_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return settled;
}
