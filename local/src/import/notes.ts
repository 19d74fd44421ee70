import type { RowNote } from '@desk/tickets/import/source';
import { Places } from '@desk/tickets/import/survey';

/** The places of a file that the import read by a rule, counted for its end. */
export class ImportNotes {
  readonly #places = new Map<RowNote['kind'], Places>();

  add(notes: readonly RowNote[]): void {
    for (const { kind, line } of notes) {
      const places = this.#places.get(kind) ?? new Places();
      places.add(line);
      this.#places.set(kind, places);
    }
  }

  /** A line for each rule that was needed. */
  lines(): string[] {
    return [...this.#places].map(([kind, places]) => ` ${SAID[kind]}: ${places.described('line')}`);
  }
}

const SAID: Record<RowNote['kind'], string> = {
  REPEATED_HOUR: 'Times in the hour that happens twice, read by their order',
  SKIPPED_HOUR: 'Times in the hour that the clocks skip, moved on by it',
  GROUPED_COUNT: 'Counts with separators, read as whole numbers',
  NO_TITLE: 'Incidents without a title, which say so instead',
  TIME_AGAINST_ORDER: 'Times before that of the row before, taken at its instant',
};
