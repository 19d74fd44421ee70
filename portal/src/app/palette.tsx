import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useState } from 'react';
import { Failure } from '../api/failure.tsx';
import { Waiting } from '../api/waiting.tsx';
import { useText } from '../text/text.ts';
import { composes } from '../ui/composition.ts';
import { Dialog } from '../ui/dialog.tsx';
import { answers, runCommand } from './commands.ts';
import { APP_KEYS, type Command } from './keys.ts';
import { useNouns } from './noun.ts';
import { prefer } from './preferences.ts';
import { foundQuery, isSearched } from './queries.ts';
import { useSession } from './session-context.ts';
import { holds } from '../text/words.ts';

/** The palette waits this long after the last letter before it searches, in milliseconds. */
const SEARCH_MS = 150;

interface Entry {
  key: string;
  label: string;
  hint?: string;
  run: () => void;
}

/** One box to go somewhere, to find a record and to do something. */
export function Palette({ onClose }: { onClose: () => void }) {
  const text = useText();
  const listId = useId();
  const [words, setWords] = useState('');
  const [marked, setMarked] = useState(0);
  const { entries, found } = useEntries(words.trim());
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
          if (composes(event.nativeEvent)) return;
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
      {found.isError ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : found.isFetching ? (
        <Waiting lines={1} failure={found.failureReason} />
      ) : (
        entries.length === 0 && <p className="quiet">{text('palette.nothing')}</p>
      )}
    </Dialog>
  );
}

/** The records that some words find, how far the search for them has come, and the commands that hold them and can be run now. */
function useEntries(words: string) {
  const text = useText();
  const navigate = useNavigate();
  const { api, language } = useSession();
  const nouns = useNouns();
  const settled = useSettled(words);
  const searches = isSearched(settled);
  const found = useQuery({ ...foundQuery(api, nouns, settled), enabled: searches });

  const records = searches && words !== '' ? (found.data ?? []) : [];
  const offered: Command[] = [...nouns.flatMap(({ commands }) => commands ?? []), ...Object.values(APP_KEYS)];
  const other = language === 'EN' ? 'FR' : 'EN';
  const commands: Entry[] = [
    ...offered
      .filter((command) => command.offered !== false && answers(command))
      .map((command) => ({
        key: command.label,
        label: text(command.label),
        hint: command.keys,
        run: () => void runCommand(command),
      })),
    { key: 'language', label: text('language.switch'), run: () => prefer({ language: other }) },
  ];
  const entries: Entry[] = [
    ...records.map(({ id, label, address }) => ({ key: id, label, run: () => void navigate(address) })),
    ...commands.filter(({ label }) => holds(label, words)),
  ];
  return { entries, found };
}

function useSettled(words: string): string {
  const [settled, setSettled] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), SEARCH_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return settled;
}
