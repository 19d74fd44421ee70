import { RECORD_TYPES } from '../record/record-types.ts';
import { maySee, type Reader } from '../record/visibility.ts';
import type { SignUpFilter } from '../sign-up/sign-up.ts';
import { valuesOf, type News } from './news.ts';

/** Somebody who may have to be told. */
export interface Interested {
  personId: string;
  /** What the person may see now. Null for somebody who is not let in. */
  reader: Reader | null;
  /** What happened before is not told. Null for somebody of a notice's audience. */
  since: Date | null;
  /** Which records of its kind. Null for somebody who follows this very record, or is of the audience. */
  filter: SignUpFilter | null;
}

/**
 * Those of the interested people who are told of an event, each once: who may see it, asked before it happened, and whose filter it meets.
 * Who did it is never told.
 */
export function recipientsOf(news: News, interested: readonly Interested[]): string[] {
  return [...new Set(interested.filter((each) => isTold(news, each)).map(({ personId }) => personId))];
}

function isTold(news: News, { personId, reader, since, filter }: Interested): boolean {
  const { message, visibility } = news;
  if (personId === message.actor.id || reader === null) return false;
  if (since !== null && message.at < since) return false;
  return maySee(visibility, reader) && (filter === null || meets(filter, news));
}

/** True when an event meets every condition of a filter, before or after it. */
function meets(filter: SignUpFilter, { message, match }: News): boolean {
  const { type } = message.record;
  const states = RECORD_TYPES[type].states?.match;
  const holds = (wanted: readonly string[], condition: string) =>
    !wanted.length || valuesOf(match, condition).some((value) => wanted.includes(value as string));
  return (
    filter.recordType.includes(type) &&
    holds(filter.serviceId, 'serviceId') &&
    holds(filter.risk, 'risk') &&
    holds(filter.priority, 'priority') &&
    (!filter.state.length || (states !== undefined && holds(filter.state, states)))
  );
}
