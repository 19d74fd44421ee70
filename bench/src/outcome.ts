import { figureOf, isMet, ratioOf, spread, type Goal, type Slices } from './ratio.ts';

/** One line of a suite's table. */
export interface Row {
  name: string;
  /** Short figures in the order of the table's columns. */
  cells: readonly string[];
}

/** A table as it is printed. */
export interface Table {
  title: string;
  columns: readonly string[];
  rows: Row[];
}

/** What a suite found. */
export interface Outcome {
  suite: string;
  tables: Table[];
  goals: Goal[];
  /** The slices, for the history: figure by figure. */
  slices: Record<string, number[]>;
  /** Versions of what the product was measured beside. */
  peers: string[];
}

/** Prints a suite's tables and goals. */
export function printOutcome({ suite, tables, goals, peers }: Outcome): void {
  console.log(`\n== ${suite}`);
  if (peers.length > 0) console.log(`beside ${peers.join(', ')}`);
  for (const { title, columns, rows } of tables) {
    const cells = [[title, ...columns], ...rows.map((row) => [row.name, ...row.cells])];
    const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
    console.log('');
    for (const line of cells) {
      console.log(
        line
          .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
          .join('  '),
      );
    }
  }
  console.log('');
  for (const goal of goals) {
    const { name, figure, bound } = goal;
    const wanted = 'atLeast' in bound ? `at least ${bound.atLeast}` : `at most ${bound.atMost}`;
    console.log(
      `${isMet(goal) ? 'met   ' : 'MISSED'}  ${name}: ${short(figure.median)} (best ${short(figure.best)}), wanted ${wanted}`,
    );
  }
}

/** A number for people: three digits that say something. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3).replace(/\.0+$/, '');
}

/** Median and best of a ratio: `4.1/4.3`. */
export function shortRatio(peer: Slices, product: Slices): string {
  const { median, best } = ratioOf(peer, product);
  return `${short(median)}/${short(best)}`;
}

/** Median of slices, the best, and how far they lie apart: `0.61/0.55 x1.2`. */
export function shortFigure(slices: Slices): string {
  const { median, best } = figureOf(slices);
  return `${short(median)}/${short(best)} x${short(spread(slices))}`;
}
