import type { ClockBreachCause, ClockOutcome, IncidentClockKind, ServiceRequestClockKind } from '../generated/api.ts';

/** The languages of the desk. */
export type Locale = 'en' | 'fr';

/** Every phrase of a clock's explanation in one language. Both languages have every phrase: the type is the check. */
export interface ClockWording {
  /** The locale whose short zone names are used: EDT in English, HAE in French. */
  zoneNames: string;
  /** Monday first. */
  weekdays: readonly string[];
  months: readonly string[];
  /** Day and year are numbers, month the name from `months`. */
  date(day: number, month: string, year: number): string;
  time(hour: string, minute: string, second: string | null): string;
  moment(weekday: string, date: string, time: string): string;
  kind: Record<IncidentClockKind | ServiceRequestClockKind, string>;
  /** By the cause codes of intervals; another code is shown as it is. */
  cause: Record<string, string>;
  breach: Record<ClockBreachCause, string>;
  outcome: Record<ClockOutcome, string>;
  run(cause: string, used: string): string;
  pause(cause: string, waited: string, always: boolean): string;
  stop(cause: string): string;
  between(from: string, to: string): string;
  since(from: string): string;
  holiday(name: string, date: string, observed: boolean): string;
  notCounted(holidays: string): string;
  /** `zone` is where business hours count; null where every minute does. */
  target(kind: string, budget: string, zone: string | null): string;
  rule: { open: string; always: string };
  used(used: string, left: string): string;
  overdrawn(used: string, over: string): string;
  due(at: string): string;
  passed(at: string): string;
  paused: string;
  ended(at: string, outcome: string): string;
  breached(at: string, cause: string): string;
  warned(warnings: string): string;
  warning(percent: number, at: string): string;
}

/** The wording of clock explanations, EN and FR. */
export const CLOCK_WORDING: Record<Locale, ClockWording> = {
  en: {
    zoneNames: 'en-CA',
    weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
    date: (day, month, year) => `${day} ${month} ${year}`,
    time: (hour, minute, second) => (second === null ? `${hour}:${minute}` : `${hour}:${minute}:${second}`),
    moment: (weekday, date, time) => `${weekday} ${date}, ${time}`,
    kind: {
      RESPONSE: 'Response',
      RESOLUTION: 'Resolution',
      UPDATE: 'Public update',
      APPROVAL: 'Approval',
      FULFILMENT: 'Delivery',
    },
    cause: {
      CREATED: 'created',
      CUSTOMER: 'waiting for the customer',
      SCHEDULED: 'scheduled at the wish of the customer',
      REPLY: 'reply of the customer',
      ANSWERED: 'public answer',
      DATE: 'the agreed date has come',
      RESUMED: 'work resumed',
      RESOLVED: 'resolved',
      REOPENED: 'reopened',
      RECLASSIFIED: 'priority changed',
      CANCELLED: 'cancelled',
      DUPLICATE: 'duplicate',
      IMPORTED: 'imported',
      SUBMITTED: 'asked for',
      APPROVED: 'approved',
      REJECTED: 'not approved',
      FULFILLED: 'delivered',
      FAILED: 'could not be delivered',
    },
    breach: { TIME: 'the time ran out', RECLASSIFIED: 'the new target was already past when it was set' },
    outcome: {
      MET: 'met',
      BREACHED: 'missed',
      CANCELLED: 'cancelled, not counted',
      EXCLUDED: 'excluded, not counted',
    },
    run: (cause, used) => `running (${cause}): ${used} used`,
    pause: (cause, waited, always) => `paused (${cause}): ${waited}${always ? '' : ' of business time'} not counted`,
    stop: (cause) => `stopped (${cause}): nothing is counted`,
    between: (from, to) => `${from} to ${to}`,
    since: (from) => `since ${from}`,
    holiday: (name, date, observed) => (observed ? `${name}, observed on ${date}` : `${name} on ${date}`),
    notCounted: (holidays) => `Holidays not counted: ${holidays}.`,
    target: (kind, budget, zone) =>
      `${kind} target: ${budget}${zone === null ? ', day and night' : ` of business time (${zone})`}.`,
    rule: {
      open: 'Only business time counts while the clock runs; a pause moves the due time by the business time it takes, never by nights, weekends or holidays.',
      always:
        'Every minute counts while the clock runs, day and night; a pause moves the due time by its whole length.',
    },
    used: (used, left) => `${used} used, ${left} left.`,
    overdrawn: (used, over) => `${used} used, ${over} more than the target.`,
    due: (at) => `Due ${at}; that very instant is still in time.`,
    passed: (at) => `It was due ${at}.`,
    paused: 'Paused: nothing is due until it resumes.',
    ended: (at, outcome) => `Stopped ${at}: ${outcome}.`,
    breached: (at, cause) => `Missed ${at}: ${cause}.`,
    warned: (warnings) => `Warnings: ${warnings}.`,
    warning: (percent, at) => `${percent} % on ${at}`,
  },
  fr: {
    zoneNames: 'fr-CA',
    weekdays: ['lun.', 'mar.', 'mer.', 'jeu.', 'ven.', 'sam.', 'dim.'],
    months: ['janv.', 'févr.', 'mars', 'avr.', 'mai', 'juin', 'juill.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'],
    date: (day, month, year) => `${day === 1 ? '1er' : day} ${month} ${year}`,
    time: (hour, minute, second) =>
      second === null ? `${Number(hour)} h ${minute}` : `${Number(hour)} h ${minute} min ${second} s`,
    moment: (weekday, date, time) => `${weekday} ${date} à ${time}`,
    kind: {
      RESPONSE: 'réponse',
      RESOLUTION: 'résolution',
      UPDATE: 'mise à jour publique',
      APPROVAL: 'approbation',
      FULFILMENT: 'livraison',
    },
    cause: {
      CREATED: 'création',
      CUSTOMER: 'en attente du client',
      SCHEDULED: 'planifié à la demande du client',
      REPLY: 'réponse du client',
      ANSWERED: 'réponse publique donnée',
      DATE: 'la date convenue est arrivée',
      RESUMED: 'reprise du travail',
      RESOLVED: 'résolu',
      REOPENED: 'rouvert',
      RECLASSIFIED: 'changement de priorité',
      CANCELLED: 'annulé',
      DUPLICATE: 'doublon',
      IMPORTED: 'importé',
      SUBMITTED: 'demandé',
      APPROVED: 'approuvé',
      REJECTED: 'non approuvé',
      FULFILLED: 'livré',
      FAILED: 'impossible à livrer',
    },
    breach: {
      TIME: 'le temps est écoulé',
      RECLASSIFIED: 'la nouvelle cible était déjà dépassée quand elle a été fixée',
    },
    outcome: {
      MET: 'cible atteinte',
      BREACHED: 'cible manquée',
      CANCELLED: 'cible retirée, non comptée',
      EXCLUDED: 'cible exclue, non comptée',
    },
    run: (cause, used) => `en marche (${cause}) : temps utilisé ${used}`,
    pause: (cause, waited, always) => `en pause (${cause}) : temps ${always ? '' : 'ouvrable '}non compté ${waited}`,
    stop: (cause) => `arrêté (${cause}) : rien n'est compté`,
    between: (from, to) => `du ${from} au ${to}`,
    since: (from) => `depuis le ${from}`,
    holiday: (name, date, observed) => (observed ? `${name}, observé le ${date}` : `${name}, le ${date}`),
    notCounted: (holidays) => `Jours fériés non comptés : ${holidays}.`,
    target: (kind, budget, zone) =>
      `Cible de ${kind} : ${budget}${zone === null ? ', jour et nuit' : ` de temps ouvrable (${zone})`}.`,
    rule: {
      open: "Seul le temps ouvrable compte pendant que l'horloge marche; une pause déplace l'échéance du temps ouvrable qu'elle dure, jamais des nuits, des fins de semaine ni des jours fériés.",
      always:
        "Chaque minute compte pendant que l'horloge marche, jour et nuit; une pause déplace l'échéance de toute sa durée.",
    },
    used: (used, left) => `Temps utilisé : ${used}; temps restant : ${left}.`,
    overdrawn: (used, over) => `Temps utilisé : ${used}, soit ${over} de plus que la cible.`,
    due: (at) => `Échéance : ${at}; à cet instant précis, la cible est encore atteinte.`,
    passed: (at) => `L'échéance était : ${at}.`,
    paused: "En pause : aucune échéance jusqu'à la reprise.",
    ended: (at, outcome) => `Arrêté le ${at} : ${outcome}.`,
    breached: (at, cause) => `Cible manquée le ${at} : ${cause}.`,
    warned: (warnings) => `Avertissements : ${warnings}.`,
    warning: (percent, at) => `${percent} % le ${at}`,
  },
};
