import type { ImportCounts } from '@desk/tickets/import/store';

/** Where progress is shown: a terminal gets a bar that is drawn again, anything else a line now and then. */
export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const BAR_CHARACTERS = 30;
/** Without a terminal: a line for each tenth of the file. */
const STEPS = 10;

/** Tells how far an import is. */
export class ImportProgress {
  readonly #output: ProgressOutput;
  readonly #rows: number;
  #step = 0;
  #drawn = false;

  /** `rows` is how many rows the file has. */
  constructor(output: ProgressOutput, rows: number) {
    this.#output = output;
    this.#rows = rows;
  }

  show(counts: ImportCounts): void {
    const share = this.#rows === 0 ? 1 : Math.min(counts.rows / this.#rows, 1);
    const said = `${Math.floor(share * 100)} %  ${counts.rows} rows, ${counts.created} created, ${counts.alreadyThere} already there, ${counts.rejectedRows} rejected`;
    if (this.#output.isTTY) this.#draw(share, said);
    else if (Math.floor(share * STEPS) > this.#step) {
      this.#step = Math.floor(share * STEPS);
      this.#output.write(`${said}\n`);
    }
  }

  /** Leaves the bar as it stands, and begins a new line. */
  end(): void {
    if (this.#drawn) this.#output.write('\n');
    this.#drawn = false;
  }

  #draw(share: number, said: string): void {
    const full = Math.round(share * BAR_CHARACTERS);
    const line = `[${'#'.repeat(full)}${'.'.repeat(BAR_CHARACTERS - full)}] ${said}`;
    // A line that is wrapped cannot be drawn over.
    this.#output.write(`\r\u001b[2K${line.slice(0, (this.#output.columns ?? 80) - 1)}`);
    this.#drawn = true;
  }
}
