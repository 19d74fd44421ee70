const DIGITS_MIN = 6;
const DIGITS_MAX = 12;

/** The numbers of one year begin here, times the year: that many records a year can be numbered. */
const YEAR_SIZE = 10_000;
const YEAR_DIGITS = 4;

/** A number behind its prefix: as the whole of a text, and among other words, where a blank alone does not join the two. */
const IN_ONE_ROW = {
  whole: `(?<number>\\d{1,${DIGITS_MAX}})`,
  within: `(?:-?|[- ]+(?=\\d{${DIGITS_MIN}}))(?<number>\\d{1,${DIGITS_MAX}})`,
};
const BY_YEAR = {
  whole: '(?<year>\\d{4})[- ]+(?<number>\\d{1,4})',
  within: '[- ]*(?<year>\\d{4})-(?<number>\\d{1,4})',
};

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

/**
 * The stored number of the one record of a noun that a text names, as people write and paste it: `INC000123`, `INC 000123`,
 * `Incident INC-000123`, with any kind of dash or blank. Null where it names none, or several.
 */
export function numberNamed({ numberPrefix, numberedByYear }: NumberForm, text: string): number | null {
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/\s+/gu, ' ')
    .trim();
  const written = numberedByYear ? BY_YEAR : IN_ONE_ROW;
  const whole = new RegExp(`^${numberPrefix}[- ]*${written.whole}$`, 'iu').exec(plain);
  const within = new RegExp(`(?<![\\p{L}\\p{N}-])${numberPrefix}${written.within}(?![\\p{L}\\p{N}])`, 'giu');
  const named = (whole ? [whole] : [...plain.matchAll(within)]).map(({ groups }) =>
    numberedByYear ? Number(groups?.['year']) * YEAR_SIZE + Number(groups?.['number']) : Number(groups?.['number']),
  );
  const [number = null] = named;
  return new Set(named).size === 1 ? number : null;
}

/** The stored number in digits with all their noughts, `000123`, which stand for a record of one noun only. Null when the text is none. */
export function paddedNumber({ numberedByYear }: NumberForm, text: string): number | null {
  const [, digits] = numberedByYear ? [] : (/^\s*(0\d{5,11})\s*$/u.exec(text.normalize('NFKC')) ?? []);
  return digits === undefined ? null : Number(digits);
}
