import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { useCommand } from '../app/commands.ts';
import { ariaKeys } from '../app/keys.ts';
import { useNow } from '../app/now.ts';
import { useSession } from '../app/session-context.ts';
import type { IncidentClockKind } from '../generated/api.ts';
import { durationMs } from '../text/format.ts';
import { useText } from '../text/text.ts';
import { MISSED_KEPT_MAX, countMissedUpdates, currentClocks } from './clock-list.ts';
import { INCIDENT_KEYS } from './keys.ts';
import { explanationQuery } from './queries.ts';
import type { Facts } from './record.ts';

type Clock = Facts['clocks'][number];

/** The targets of an incident and how they stand, each with its explanation on demand. */
export function Clocks({ incident }: { incident: Facts }) {
  const text = useText();
  const [explained, setExplained] = useState<IncidentClockKind | null>(null);
  const panelId = useId();
  const clocks = currentClocks(incident.clocks);
  const kinds = clocks.map(({ kind }) => kind);
  useCommand(INCIDENT_KEYS.explain, () => {
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
              aria-keyshortcuts={ariaKeys(INCIDENT_KEYS.explain)}
              onClick={() => setExplained(explained === clock.kind ? null : clock.kind)}
            >
              {text('clocks.explain')}
              <span className="hidden-words"> {text.word('clock', clock.kind)}</span>
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
  const { format } = useSession();
  const now = useNow();
  const budgetMs = durationMs(clock.budget);
  const used = budgetMs > 0 && clock.elapsed !== null ? Math.min(1, durationMs(clock.elapsed) / budgetMs) : 0;
  const leftMs = clock.dueAt ? Date.parse(clock.dueAt) - now : 0;
  return (
    <div className="clock">
      <strong>{text.word('clock', clock.kind)}</strong>
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
      {clock.elapsed !== null && (
        <span className="quiet">
          {text('clocks.used', { used: format.duration(clock.elapsed), budget: format.duration(clock.budget) })}
        </span>
      )}
      {missed > 0 && (
        <span>{text(missed < MISSED_KEPT_MAX ? 'clocks.missed' : 'clocks.missedMany', { count: missed })}</span>
      )}
      <span className="bar" aria-hidden="true">
        <span style={{ inlineSize: `${Math.round(used * 100)}%` }} />
      </span>
    </div>
  );
}

function Explanation({ id, kind }: { id: string; kind: IncidentClockKind }) {
  const text = useText();
  const { language, format, api } = useSession();
  const explanation = useQuery(explanationQuery(api, id, { kind, language, timeZone: format.zone }));
  const title = text('clocks.explained', { clock: text.word('clock', kind) });
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
