import type { IncidentState } from '../generated/api.ts';
import { ImportRefused, type ImportSource, type RowNote, type SourceRow } from './source.ts';

/** A row at its place among the rows of its incident: its instant is never before that of the row before. */
export type PlacedRow = SourceRow & { state: IncidentState };

/**
 * The rows of one incident in the order of the source. Of an hour that happens twice, a time means the first instant that the order
 * allows. Where order and times disagree, the source's rule holds. Throws ImportRefused when there is none.
 */
export function placeRows(
  rows: readonly SourceRow[],
  { timesAgainstOrder }: Pick<ImportSource, 'timesAgainstOrder'>,
): { rows: PlacedRow[]; notes: RowNote[] } {
  const ordered = rows.toSorted(
    (a, b) => a.order - b.order || a.updatedAt.getTime() - b.updatedAt.getTime() || a.line - b.line,
  );
  const [first] = ordered;
  if (!first) throw new RangeError('an incident has at least one row');
  // The title is that of the first row.
  const notes = ordered.flatMap((row) => row.notes.filter(({ kind }) => kind !== 'NO_TITLE' || row === first));
  const placed: PlacedRow[] = [];
  for (const row of ordered.length === 1 ? stepsOfList(first) : ordered) {
    const before = placed.at(-1);
    const floor = before?.updatedAt ?? first.openedAt;
    let updatedAt = [row.updatedAt, row.later.updatedAt].find((each) => each && each >= floor);
    if (!updatedAt) {
      if (timesAgainstOrder === 'REJECT') throw new ImportRefused(disagreement(row, before, floor));
      updatedAt = floor;
      notes.push({ kind: 'TIME_AGAINST_ORDER', line: row.line });
    } else if (row.later.updatedAt) notes.push({ kind: 'REPEATED_HOUR', line: row.line });
    placed.push({ ...row, ...stateAfter(before, row), updatedAt });
  }
  return { rows: placed, notes };
}

/** A row that keeps the state keeps what the incident waits for as well. */
function stateAfter(before: PlacedRow | undefined, row: SourceRow): Pick<PlacedRow, 'state' | 'holdReason'> {
  if (row.state !== null) return { state: row.state, holdReason: row.holdReason };
  return { state: before?.state ?? 'NEW', holdReason: before?.holdReason ?? null };
}

/**
 * The steps of an incident that has one row, as in a list: the row tells when the incident was resolved and closed, whatever happened to
 * the row later.
 */
function stepsOfList(row: SourceRow): SourceRow[] {
  const at = (part: 'resolvedAt' | 'closedAt', state: IncidentState): SourceRow[] => {
    const updatedAt = row[part];
    return updatedAt ? [{ ...row, state, updatedAt, later: { ...row.later, updatedAt: row.later[part] } }] : [];
  };
  const own = (steps: SourceRow[]) => (steps.length ? steps : [row]);
  switch (row.state) {
    case 'RESOLVED':
      return own(at('resolvedAt', 'RESOLVED'));
    case 'CLOSED':
      return [...at('resolvedAt', 'RESOLVED'), ...own(at('closedAt', 'CLOSED'))];
    case 'CANCELLED':
      return own(at('closedAt', 'CANCELLED'));
    case 'NEW':
    case 'ASSIGNED':
    case 'IN_PROGRESS':
    case 'ON_HOLD':
    case null:
      return [row];
  }
}

function disagreement(row: SourceRow, before: SourceRow | undefined, floor: Date): string {
  const [own, other] = [row.updatedAt, floor].map((at) => at.toISOString());
  const earlier =
    before && before.line !== row.line ? `line ${before.line}, which comes before it,` : 'what came before it';
  return `its order and its times disagree: line ${row.line} is of ${own}, and ${earlier} of ${other}`;
}
