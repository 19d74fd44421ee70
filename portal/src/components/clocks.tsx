import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Facts } from '../actions.ts';
import { MISSED_KEPT_MAX, countMissedUpdates, currentClocks } from '../clock-list.ts';
import { useCommand } from '../commands.ts';
import { useDesk } from '../desk.tsx';
import { durationMs } from '../format.ts';
import type { ClockKind } from '../generated/api.ts';
import { ariaKeys } from '../keys.ts';
import { useNow } from '../now.ts';
import { useText, wordFor } from '../text.ts';
import { Loaded } from './loaded.tsx';

type Clock = Facts['clocks'][number];

/** The targets of an incident and how they stand, each with its explanation on demand. */
export function Clocks({ incident }: { incident: Facts }) {
  const text = useText();
  const [explained, setExplained] = useState<ClockKind | null>(null);
  const panelId = useId();
  const clocks = currentClocks(incident.clocks);
  const kinds = clocks.map(({ kind }) => kind);
  useCommand('explain', () => {
    // Each press goes to the next clock, and after the last one closes the explanation.
    const next = kinds[explained === null ? 0 : kinds.indexOf(explained) + 1];
    setExplained(next ?? null);
  });
  if (clocks.length === 0) return null;
  return (
    <section className="clocks" aria-labelledby={`${panelId}-title`}>
      <h2 id={`${panelId}-title`}>{text('clocks.title')}</h2>
      <ul>
        {clocks.map((clock) => (
          <li key={clock.kind} className={clock.outcome === 'BREACHED' || clock.breachedAt ? 'late' : ''}>
            <ClockLine clock={clock} missed={clock.kind === 'UPDATE' ? countMissedUpdates(incident.clocks) : 0} />
            <button
              type="button"
              className="plain"
              aria-expanded={explained === clock.kind}
              aria-controls={panelId}
              aria-keyshortcuts={ariaKeys('explain')}
              onClick={() => setExplained(explained === clock.kind ? null : clock.kind)}
            >
              {text('clocks.explain')}
              <span className="hidden-words"> {wordFor(text, 'clock', clock.kind)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div id={panelId}>{explained && <Explanation id={incident.number} kind={explained} />}</div>
    </section>
  );
}

function ClockLine({ clock, missed }: { clock: Clock; missed: number }) {
  const text = useText();
  const { format } = useDesk();
  const now = useNow();
  const budgetMs = durationMs(clock.budget);
  const used = budgetMs > 0 ? Math.min(1, durationMs(clock.elapsed) / budgetMs) : 0;
  const leftMs = clock.dueAt ? Date.parse(clock.dueAt) - now : 0;
  return (
    <div className="clock">
      <strong>{wordFor(text, 'clock', clock.kind)}</strong>
      <span>
        {clock.outcome
          ? text(`clockOutcome.${clock.outcome}`)
          : clock.breachedAt
            ? text('clocks.breachedAt', { time: format.instant(clock.breachedAt) })
            : clock.dueAt
              ? leftMs > 0
                ? text('clocks.due', { time: format.instant(clock.dueAt), left: format.span(leftMs) })
                : text('clocks.late', { time: format.instant(clock.dueAt), late: format.span(-leftMs) })
              : text(`clockState.${clock.state}`)}
      </span>
      <span className="quiet">
        {text('clocks.used', { used: format.duration(clock.elapsed), budget: format.duration(clock.budget) })}
      </span>
      {missed > 0 && (
        <span>{text(missed < MISSED_KEPT_MAX ? 'clocks.missed' : 'clocks.missedMany', { count: missed })}</span>
      )}
      <span className="bar" aria-hidden="true">
        <span style={{ inlineSize: `${Math.round(used * 100)}%` }} />
      </span>
    </div>
  );
}

function Explanation({ id, kind }: { id: string; kind: ClockKind }) {
  const text = useText();
  const { language, format, queries } = useDesk();
  const explanation = useQuery(queries.explanation(id, { kind, language, timeZone: format.zone }));
  const title = text('clocks.explained', { clock: wordFor(text, 'clock', kind) });
  return (
    <Loaded of={explanation} lines={2}>
      {(told) =>
        told ? (
          <div className="explanation">
            <h3>{title}</h3>
            <p>{told.summary}</p>
            <div className="scroll" role="region" aria-label={title} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{text('clocks.from')}</th>
                    <th scope="col">{text('clocks.to')}</th>
                    <th scope="col">{text('clocks.counts')}</th>
                    <th scope="col">{text(told.roundTheClock ? 'clocks.length' : 'clocks.businessTime')}</th>
                    <th scope="col">{text('clocks.what')}</th>
                  </tr>
                </thead>
                <tbody>
                  {told.lines.map((line, index) => (
                    <tr key={index}>
                      <td>{format.instant(line.from)}</td>
                      <td>{line.to ? format.instant(line.to) : text('clocks.now')}</td>
                      <td>{text(`clockState.${line.state}`)}</td>
                      <td>{durationMs(line.businessTime) > 0 ? format.duration(line.businessTime) : '–'}</td>
                      <td>{line.text}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        ) : (
          <p>{text('clocks.none')}</p>
        )
      }
    </Loaded>
  );
}
