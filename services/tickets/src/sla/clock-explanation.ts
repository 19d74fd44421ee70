import { businessTimeBetween, holidaysSkipped } from '@desk/kit/time/business-calendar';
import type { BusinessCalendar } from '@desk/kit/time/business-calendar';
import { elapsedMs, stateOf } from '@desk/kit/time/clock';
import type { ClockInterval, ClockState } from '@desk/kit/time/clock';
import type { Clock } from '@desk/kit/time/clock';
import type { Language, IncidentClockKind, ServiceRequestClockKind } from '../generated/api.ts';
import type { Sla } from './sla.ts';
import { CLOCK_WORDING } from './clock-wording.ts';
import type { ClockWording, Locale } from './clock-wording.ts';
import type { Holiday } from '@desk/kit/time/holidays';

/** A clock of any noun. */
type ExplainedClock = Clock<IncidentClockKind | ServiceRequestClockKind>;

/** One line of the ledger in words. */
export interface ClockExplanationLine {
  from: Date;
  /** Null while the line is open. */
  to: Date | null;
  state: ClockState;
  /** Open time of the line, up to `now` while it is open: used up by RUN, waited by PAUSE; 0 for STOP. */
  businessMs: number;
  text: string;
}

/** Why a clock stands where it stands, for the agent and the customer alike. */
export interface ClockExplanation {
  lines: ClockExplanationLine[];
  /** Sentences: the target, the rule, what is used, holidays by name, due instant or end, breach, warnings. */
  summary: string;
}

/** How to explain: as of when, in which language, in which zone times are shown. */
export interface ExplainOptions {
  now: Date;
  locale: Locale;
  /** Only for showing: counting is done in the calendar's zone. */
  timeZone: string;
}

/** A clock in words as the API gives it. Null where there is none, and while this process does not know its calendar. */
export function explainedClock(
  clock: ExplainedClock | undefined,
  { language, timeZone }: { language: Language; timeZone: string },
  { sla, now }: { sla: Sla; now: Date },
) {
  const calendar = clock ? sla.knownCalendarOf(clock) : null;
  if (!clock || !calendar) return null;
  const locale = language === 'FR' ? 'fr' : 'en';
  const { summary, lines } = explainClock(clock, calendar, { now, locale, timeZone });
  return {
    summary,
    roundTheClock: calendar.always,
    timeZoneData: sla.timeZoneData,
    lines: lines.map(({ businessMs, ...line }) => ({ ...line, businessTime: businessMs })),
  };
}

/** The ledger in words. `calendar` must be the version that the clock names; throws RangeError when it is not. */
export function explainClock(
  clock: ExplainedClock,
  calendar: BusinessCalendar,
  options: ExplainOptions,
): ClockExplanation {
  const words = CLOCK_WORDING[options.locale];
  const usedMs = elapsedMs(clock, calendar, options.now);
  const lines = clock.intervals.map((interval) => explainLine(interval, { calendar, words, options }));
  return { lines, summary: summarize({ clock, calendar, usedMs, words, options }).join(' ') };
}

function explainLine(
  interval: ClockInterval,
  { calendar, words, options }: Pick<Subject, 'calendar' | 'words' | 'options'>,
): ClockExplanationLine {
  const { from, to, state } = interval;
  const businessMs = state === 'STOP' ? 0 : businessTimeBetween(calendar, from, to ?? options.now);
  const cause = words.cause[interval.cause] ?? interval.cause;
  const begin = moment(from, words, options);
  const when = to === null ? words.since(begin) : words.between(begin, moment(to, words, options));
  const what = {
    RUN: () => words.run(cause, duration(businessMs)),
    PAUSE: () => words.pause(cause, duration(businessMs), calendar.always),
    STOP: () => words.stop(cause),
  }[state]();
  const holidays = state === 'STOP' ? [] : holidaysSkipped(calendar, from, to ?? options.now);
  const text = [`${capital(when)}, ${what}.`, ...notCounted(holidays, words, options)].join(' ');
  return { from, to, state, businessMs, text };
}

interface Subject {
  clock: ExplainedClock;
  calendar: BusinessCalendar;
  usedMs: number;
  words: ClockWording;
  options: ExplainOptions;
}

function summarize({ clock, calendar, usedMs, words, options }: Subject): string[] {
  const at = (date: Date): string => moment(date, words, options);
  const kind = words.kind[clock.kind];
  const warnings = clock.warned.map((warning) => words.warning(warning.percent, at(warning.at)));
  return [
    words.target(kind, duration(clock.budgetMs), calendar.always ? null : calendar.timeZone),
    calendar.always ? words.rule.always : words.rule.open,
    budgetUse(clock.budgetMs, usedMs, words),
    ...notCounted(holidaysOfClock(clock, calendar, options.now), words, options),
    standing(clock, words, options),
    ...(clock.breachedAt && clock.breachCause
      ? [words.breached(at(clock.breachedAt), words.breach[clock.breachCause])]
      : []),
    ...(warnings.length > 0 ? [words.warned(warnings.join('; '))] : []),
  ];
}

function budgetUse(budgetMs: number, usedMs: number, words: ClockWording): string {
  // Both figures are cut to whole seconds from one cut value, so that they add up to the target.
  const used = Math.floor(usedMs / 1000) * 1000;
  if (used <= budgetMs) return words.used(duration(used), duration(budgetMs - used));
  return words.overdrawn(duration(used), duration(used - budgetMs));
}

function standing(clock: ExplainedClock, words: ClockWording, options: ExplainOptions): string {
  const at = (date: Date): string => moment(date, words, options);
  if (stateOf(clock) === 'PAUSE') return words.paused;
  if (clock.stoppedAt && clock.outcome) return words.ended(at(clock.stoppedAt), words.outcome[clock.outcome]);
  if (!clock.dueAt) throw new RangeError('a running clock has a due instant');
  return clock.dueAt < options.now ? words.passed(at(clock.dueAt)) : words.due(at(clock.dueAt));
}

/** Those between the start and the due instant (or now, or the end), without the time spent stopped. */
function holidaysOfClock(clock: ExplainedClock, calendar: BusinessCalendar, now: Date): Holiday[] {
  const until = clock.dueAt !== null && clock.dueAt > now ? clock.dueAt : now;
  const all = clock.intervals
    .filter(({ state }) => state !== 'STOP')
    .flatMap(({ from, to }) => holidaysSkipped(calendar, from, to ?? until));
  return [...new Map(all.map((holiday) => [holiday.date, holiday])).values()];
}

function notCounted(holidays: Holiday[], words: ClockWording, { locale }: ExplainOptions): string[] {
  if (holidays.length === 0) return [];
  const named = holidays.map(({ date, namedDate, name }) => {
    const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
    return words.holiday(name[locale], words.date(day, words.months[month - 1] ?? '', year), date !== namedDate);
  });
  return [words.notCounted(named.join('; '))];
}

/** A date and wall time with the short name of the zone; seconds only when there are any. */
function moment(at: Date, words: ClockWording, { timeZone }: ExplainOptions): string {
  const parts = partsOf(at, words.zoneNames, timeZone);
  const date = words.date(Number(parts.day), words.months[Number(parts.month) - 1] ?? '', Number(parts.year));
  const weekday =
    (new Date(Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day))).getUTCDay() + 6) % 7;
  const time = words.time(parts.hour, parts.minute, at.getTime() % 60_000 === 0 ? null : parts.second);
  return `${words.moment(words.weekdays[weekday] ?? '', date, time)} ${parts.timeZoneName}`;
}

type MomentPart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'timeZoneName';

function partsOf(at: Date, locale: string, timeZone: string): Record<MomentPart, string> {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value])) as Record<
    MomentPart,
    string
  >;
}

/** Hours, minutes and seconds that are not zero; the units read the same in both languages. Never days: they would hide which kind. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.length > 0 ? shown.join(' ') : '0 min';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
