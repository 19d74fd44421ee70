const DIGITS_MIN = 6;
const DIGITS_MAX = 12;

/** The numbers of one year begin here, times the year: that many records a year can be numbered. */
const YEAR_SIZE = 10_000;
const YEAR_DIGITS = 4;

/** How the records of a noun are numbered. */
export interface NumberForm {
  /** What the numbers begin with: `INC`. */
  numberPrefix: string;
  /** True where each year counts anew: `CE-2026-0001`. Left out: one row of six digits. */
  numberedByYear?: boolean;
}

/** A record's number as people use it, in the form of its noun. */
export function numberOf({ numberPrefix, numberedByYear }: NumberForm, number: number): string {
  if (!numberedByYear) return formatNumber(numberPrefix, number);
  const place = String(number % YEAR_SIZE).padStart(YEAR_DIGITS, '0');
  return `${numberPrefix}-${Math.floor(number / YEAR_SIZE)}-${place}`;
}

/** The stored number in one that people use, in the form of a noun. Null when the text is none. */
export function numberIn({ numberPrefix, numberedByYear }: NumberForm, text: string): number | null {
  if (!numberedByYear) return parseNumber(numberPrefix, text);
  const [, year, place] = new RegExp(`^${numberPrefix}-(\\d{4})-(\\d{1,4})$`, 'i').exec(text.trim()) ?? [];
  return year === undefined ? null : Number(year) * YEAR_SIZE + Number(place);
}

/** The range of the stored numbers of a year, for `CreateOptions.numbered`. */
export function numbersOfYear(year: number): { from: number; to: number } {
  return { from: year * YEAR_SIZE, to: (year + 1) * YEAR_SIZE };
}

/** A record's number as people use it: `INC-000123`. */
export function formatNumber(prefix: string, number: number): string {
  return `${prefix}-${String(number).padStart(DIGITS_MIN, '0')}`;
}

/** The stored number in one that people use, as `INC-000123` or `inc-123`. Null when the text is none with this prefix. */
export function parseNumber(prefix: string, text: string): number | null {
  const [, digits] = new RegExp(`^${prefix}-(\\d{1,${DIGITS_MAX}})$`, 'i').exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}
