/** A wall time, and its offset from UTC where the text has one. */
export interface WallTime {
  /** Such as 2026-11-01T01:30:00.000 */
  wall: string;
  /** Such as -05:00, or Z. */
  offset: string | null;
}

type Reader = (text: string) => WallTime | 'NO_FORM' | 'NO_DATE';

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?`;
const HALF = String.raw`\s?(?<half>[AP])\.?\s?M\.?`;
const OFFSET = String.raw`\s?(?<offset>Z|[+-]\d{2}(?::?\d{2})?)`;

const DATES = {
  'YYYY-MM-DD': String.raw`(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})`,
  'YYYY/MM/DD': String.raw`(?<year>\d{4})\/(?<month>\d{1,2})\/(?<day>\d{1,2})`,
  'D/M/YYYY': String.raw`(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})`,
  'M/D/YYYY': String.raw`(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})`,
  'DD-MM-YYYY': String.raw`(?<day>\d{1,2})-(?<month>\d{1,2})-(?<year>\d{4})`,
  'MM-DD-YYYY': String.raw`(?<month>\d{1,2})-(?<day>\d{1,2})-(?<year>\d{4})`,
  'DD.MM.YYYY': String.raw`(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})`,
} as const;

type DateForm = keyof typeof DATES;

/** The forms in which an export may write its times. Seconds, and fractions of them, may follow the minutes. */
export type TimeFormat = `${DateForm} HH:MM${'' | ' AM/PM'}` | 'ISO 8601' | 'EXCEL SERIAL';

const DATE_FORMS = Object.keys(DATES) as DateForm[];

export const TIME_FORMATS: readonly [TimeFormat, ...TimeFormat[]] = [
  'ISO 8601',
  ...DATE_FORMS.map((date) => `${date} HH:MM` as const),
  ...DATE_FORMS.map((date) => `${date} HH:MM AM/PM` as const),
  'EXCEL SERIAL',
];

/** The list of forms, for messages. */
export const TIME_FORMATS_SAID = `${TIME_FORMATS.join(', ')}. Seconds and fractions may follow the minutes; ISO 8601 has Z or an offset`;

/** Reads texts of one form. NO_FORM: the text does not look like it. NO_DATE: it does, and is no date or time of the calendar. */
export function timeReader(format: TimeFormat): Reader {
  return READERS.get(format) as Reader;
}

const READERS: ReadonlyMap<TimeFormat, Reader> = new Map<TimeFormat, Reader>([
  ['ISO 8601', formReader(new RegExp(`^${DATES['YYYY-MM-DD']}[T ]${CLOCK}${OFFSET}$`, 'i'))],
  ['EXCEL SERIAL', readSerial],
  ...DATE_FORMS.flatMap((date): [TimeFormat, Reader][] => [
    [`${date} HH:MM`, formReader(new RegExp(`^${DATES[date]}(?:T|,?\\s+)${CLOCK}$`))],
    [`${date} HH:MM AM/PM`, formReader(new RegExp(`^${DATES[date]},?\\s+${CLOCK}${HALF}$`, 'i'))],
  ]),
]);

function formReader(form: RegExp): Reader {
  return (text) => {
    const parts = form.exec(text)?.groups;
    if (!parts) return 'NO_FORM';
    const [year = 0, month = 0, day = 0, minute = 0, second = 0] = (
      ['year', 'month', 'day', 'minute', 'second'] as const
    ).map((name) => Number(parts[name] ?? 0));
    const hour = hourOf(Number(parts['hour']), parts['half']);
    const exists = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (!exists || hour === null || hour > 23 || minute > 59 || second > 59) return 'NO_DATE';
    const fraction = (parts['fraction'] ?? '').padEnd(3, '0').slice(0, 3);
    const clock = `${two(hour)}:${two(minute)}:${two(second)}.${fraction}`;
    const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
    return { wall: `${date}T${clock}`, offset: offsetOf(parts['offset']) };
  };
}

/** The hour of the day; of twelve hours, 12 AM is midnight. Null: there is no such hour. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
}

function offsetOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (text.toUpperCase() === 'Z') return 'Z';
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Excel counts days from the end of 1899. Its fractions of a day come to whole seconds. */
function readSerial(text: string): WallTime | 'NO_FORM' | 'NO_DATE' {
  if (!/^\d{5}(?:[.,]\d+)?$/.test(text)) return 'NO_FORM';
  const days = Number(text.replace(',', '.'));
  if (days < SERIAL_MIN || days > SERIAL_MAX) return 'NO_DATE';
  const instant = new Date(SERIAL_ZERO_MS + Math.round(days * SECONDS_PER_DAY) * 1_000);
  return { wall: instant.toISOString().slice(0, -1), offset: null };
}

const SECONDS_PER_DAY = 86_400;
/** For every day from March 1900 on. */
const SERIAL_ZERO_MS = Date.UTC(1899, 11, 30);
/** The years 1990 to 2099. */
const SERIAL_MIN = 32_874;
const SERIAL_MAX = 73_051;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * Finds out in which forms the times of a file can be written. A text that reads in some form speaks against those in which it does not; one
 * that has the shape of the wanted form and reads in none, such as 30 February, speaks against nothing.
 */
export class TimeFormsSeen {
  readonly #possible: Set<TimeFormat> = new Set(TIME_FORMATS);
  readonly #known = new Map<string, TimeFormat[]>();
  #seen = 0;

  /** The forms that read a text. */
  add(text: string): readonly TimeFormat[] {
    this.#seen += 1;
    const forms = this.formsOf(text);
    for (const format of this.#possible) {
      const noDate = forms.length === 0 && timeReader(format)(text) === 'NO_DATE';
      if (!forms.includes(format) && !noDate) this.#possible.delete(format);
    }
    return forms;
  }

  /** The forms that read a text, which counts for nothing here. */
  formsOf(text: string): readonly TimeFormat[] {
    const known = this.#known.get(text);
    if (known) return known;
    const forms = TIME_FORMATS.filter((format) => typeof timeReader(format)(text) !== 'string');
    if (this.#known.size >= TEXTS_KEPT_MAX) this.#known.clear();
    this.#known.set(Buffer.from(text).toString(), forms); // A copy: a part of a line would keep the whole line.
    return forms;
  }

  /** The forms that read every time of the file, as far as one exists. Empty without any time. */
  possible(): TimeFormat[] {
    return this.#seen ? [...this.#possible] : [];
  }
}

const TEXTS_KEPT_MAX = 10_000;
