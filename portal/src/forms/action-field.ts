import type { MessageId } from '../text/text.ts';
import { ANY_TEXT, oneOf, TICK, type Field } from './values.ts';

/** One field of an action's form: what it may hold, and how it is shown. */
export interface ActionField<Value extends string = string, Source extends string = string> extends Field<Value> {
  kind: 'line' | 'text' | 'tick' | 'localTime' | 'choice';
  label: MessageId;
  hint?: MessageId;
  /** Of a choice among codes: the codes, and the group of their words. */
  codes?: readonly string[];
  words?: string;
  /** Of a choice from a list of the noun: which list. */
  source?: Source;
  /** Text of the empty choice, where nothing chosen has a meaning. */
  empty?: MessageId;
}

interface Shown {
  label: MessageId;
  hint?: MessageId;
  empty?: MessageId;
}

/** A line of text. */
export function line(label: MessageId, hint?: MessageId): ActionField<string, never> {
  return { ...ANY_TEXT, kind: 'line', label, ...(hint && { hint }) };
}

/** A text of several lines. */
export function lines(label: MessageId, hint?: MessageId): ActionField<string, never> {
  return { ...line(label, hint), kind: 'text' };
}

/** A local time, without zone: `2026-11-01T08:30`. */
export function localTime(label: MessageId): ActionField<string, never> {
  return { ...line(label), kind: 'localTime' };
}

/** A yes or no; the value is `yes` or empty. */
export function tick(label: MessageId, hint: MessageId): ActionField<'yes' | '', never> {
  return { ...TICK, kind: 'tick', label, hint };
}

/** A choice among codes of the API, in the words of a group. */
export function choiceOf<Code extends string>(
  codes: readonly Code[],
  shown: Shown & { words: string },
): ActionField<Code | '', never> {
  return { ...oneOf(codes), kind: 'choice', codes, ...shown };
}

/** A choice from a list of the noun. */
export function choiceFrom<Source extends string>(source: Source, shown: Shown): ActionField<string, Source> {
  return { ...ANY_TEXT, kind: 'choice', source, ...shown };
}
