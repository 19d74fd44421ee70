import { useId, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { UNCERTAIN } from '../api/error-codes.ts';
import { sentenceOf } from '../api/failure.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import type { Problem } from './error-summary.tsx';
import { fieldOf, problemText } from './problem.ts';
import { readValues, type Fields, type ValuesOf } from './values.ts';

/** A form whose values are kept as a draft until they are sent. */
export interface DraftForm<F extends Fields> {
  values: ValuesOf<F>;
  set(name: keyof F & string, value: string): void;
  /** Sends the form, or shows what has to be put right. */
  submit(): Promise<void>;
  sending: boolean;
  /** Grows with each refused attempt; zero before the first. */
  attempt: number;
  problems: Problem[];
  problemOf(name: string): string | null;
  error: ApiError | null;
  /** What the refusal says, in the reader's language. */
  sentence: string | null;
  fieldId(name: string): string;
  /** True when something was typed that differs from the start. */
  dirty: boolean;
  /** Throws the draft away and starts over. */
  discard(): void;
}

/** What is wrong with which field, in the reader's language. */
export type FieldTexts = Readonly<Record<string, string>>;

/** What was typed, as the browser keeps it. */
type Typed = Readonly<Record<string, string>>;

/** What was refused, by the form itself or by the API, and for which time. */
interface Refused<F extends Fields> {
  values: ValuesOf<F>;
  error: ApiError | null;
  attempt: number;
}

interface DraftFormOptions<F extends Fields, Result> {
  draftName: string;
  /** The noun that the form is about: its own words for a refusal are said. */
  about: string;
  fields: F;
  initial?: Partial<ValuesOf<F>>;
  /** Values that cannot be chosen: they win over what a draft holds. */
  fixed?: Partial<ValuesOf<F>>;
  /** Names the wrong fields, before anything is sent. */
  check: (values: ValuesOf<F>) => FieldTexts;
  /** Sends the values with a key that makes a repeat harmless. */
  send: (values: ValuesOf<F>, idempotencyKey: string) => Promise<Result>;
  done: (result: Result) => void;
}

/** A form over a draft. The draft ends when `send` succeeded, and not before; what was changed after it was sent stays. */
export function useDraftForm<F extends Fields, Result>(options: DraftFormOptions<F, Result>): DraftForm<F> {
  const { draftName, about } = options;
  const { drafts, format } = useSession();
  const text = useText();
  const formId = useId();
  const [typed, setTyped] = useState<Typed>(() => drafts.open(draftName)?.values ?? {});
  // What was refused, not what was said of it: the words are found anew when the reader changes the language.
  const [refused, setRefused] = useState<Refused<F> | null>(null);
  const [sending, setSending] = useState(false);
  const initial: Partial<Typed> = { ...options.initial };
  const values = readValues(options.fields, { ...initial, ...typed, ...options.fixed });
  const fieldId = (name: string) => `${formId}-${name.replaceAll('.', '-')}`;
  const differs = (now: Typed) => Object.entries(now).some(([name, value]) => value !== (initial[name] ?? ''));

  function refusedFields({ fields }: ApiError): FieldTexts {
    const names = Object.keys(options.fields);
    return Object.fromEntries(
      fields.map((problem) => [fieldOf(problem.path, names), problemText(problem, { text, format, about })]),
    );
  }

  function refuse(error: ApiError | null): void {
    setRefused((before) => ({ values, error, attempt: (before?.attempt ?? 0) + 1 }));
  }

  function restart(left: Typed): void {
    setTyped(left);
    setRefused(null);
  }

  async function submit(): Promise<void> {
    if (sending) return;
    if (Object.keys(options.check(values)).length > 0) return refuse(null);
    setSending(true);
    try {
      const result = await options.send(values, drafts.keyOf(draftName, values));
      // What was typed on while the form was on its way is another request: it stays, under another key.
      const typedOn = changedSince(values, drafts.find(draftName)?.values ?? {});
      drafts.drop(draftName);
      drafts.save(draftName, typedOn);
      restart(typedOn);
      options.done(result);
    } catch (cause) {
      const error = cause instanceof ApiError ? cause : new ApiError(String(cause), {});
      if (!UNCERTAIN.has(error.code)) drafts.renewKey(draftName);
      refuse(error);
    } finally {
      setSending(false);
    }
  }

  const { error = null, attempt = 0 } = refused ?? {};
  const wrong = !refused ? {} : error ? refusedFields(error) : options.check(refused.values);
  return {
    values,
    sending,
    attempt,
    dirty: differs(typed),
    fieldId,
    submit,
    problems: Object.entries(wrong).map(([name, message]) => ({ fieldId: fieldId(name), message })),
    problemOf: (name) => wrong[name] ?? null,
    error,
    sentence: error && sentenceOf(error, text, about),
    set(name, value) {
      const next = { ...typed, [name]: value };
      setTyped(next);
      if (differs(next)) drafts.save(draftName, next);
      else drafts.drop(draftName);
    },
    discard() {
      drafts.drop(draftName);
      restart({});
    },
  };
}

/** The fields that no longer hold what was sent. */
function changedSince(sent: Typed, now: Typed): Typed {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (sent[name] ?? '')));
}
