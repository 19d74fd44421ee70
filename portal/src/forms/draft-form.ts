import { useId, useState, type KeyboardEvent } from 'react';
import { ApiError } from '../api/client.ts';
import { messageOf } from '../components/failure.tsx';
import type { Problem } from '../components/error-summary.tsx';
import { useDesk } from '../desk.tsx';
import { useText, type Text } from '../text.ts';

export type Values = Record<string, string>;

/** Outcomes after which the same request may have been carried out: only then must a repeat carry the same key. */
const UNCERTAIN: ReadonlySet<string> = new Set([
  'OFFLINE',
  'UNREADABLE',
  'WRITE_UNCERTAIN',
  'INTERNAL',
  'SERVICE_UNAVAILABLE',
]);

/** A form whose values are kept as a draft until they are sent. */
export interface DraftForm {
  values: Values;
  set(name: string, value: string): void;
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
  /** For the form element: Control and Enter send. */
  onKeyDown(event: KeyboardEvent): void;
  /** True when something was typed that differs from the start. */
  dirty: boolean;
  /** Throws the draft away and starts over. */
  discard(): void;
}

/**
 * A form over a draft. `check` names the wrong fields before anything is sent; `send` sends with a key that makes a repeat
 * harmless. The draft ends when `send` succeeded, and not before; what was changed after it was sent stays.
 */
export function useDraftForm<Result>(options: {
  draftName: string;
  initial: Values;
  /** Values that cannot be chosen: they win over what a draft holds. */
  fixed?: Values;
  check: (values: Values) => Record<string, string>;
  send: (values: Values, idempotencyKey: string) => Promise<Result>;
  done: (result: Result) => void;
}): DraftForm {
  const { drafts, language } = useDesk();
  const text = useText();
  const formId = useId();
  const [typed, setTyped] = useState<Values>(() => drafts.find(options.draftName)?.values ?? {});
  // What was refused, not what was said of it: the words are found anew when the reader changes the language.
  const [refused, setRefused] = useState<{ values: Values; error: ApiError | null } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [sending, setSending] = useState(false);
  const values = { ...options.initial, ...typed, ...options.fixed };
  const fieldId = (name: string) => `${formId}-${name.replaceAll('.', '-')}`;
  const dirty = Object.entries(typed).some(([name, value]) => value !== (options.initial[name] ?? ''));

  function refuse(error: ApiError | null): void {
    setRefused({ values, error });
    setAttempt((count) => count + 1);
  }

  function problemsOf({ values: sent, error }: { values: Values; error: ApiError | null }): Record<string, string> {
    return error ? fieldTexts(error, text, language === 'EN') : options.check(sent);
  }

  async function submit(): Promise<void> {
    if (sending) return;
    if (Object.keys(options.check(values)).length > 0) return refuse(null);
    setSending(true);
    try {
      const result = await options.send(values, drafts.keyOf(options.draftName));
      // What was typed on while the form was on its way is another request: it stays, under another key.
      const typedOn = changedSince(values, drafts.find(options.draftName)?.values ?? {});
      drafts.drop(options.draftName);
      drafts.save(options.draftName, typedOn);
      setTyped(typedOn);
      setRefused(null);
      setAttempt(0);
      options.done(result);
    } catch (cause) {
      const error = cause instanceof ApiError ? cause : new ApiError(String(cause), {});
      if (!UNCERTAIN.has(error.code)) drafts.renewKey(options.draftName);
      refuse(error);
    } finally {
      setSending(false);
    }
  }

  const fields = refused ? problemsOf(refused) : {};
  return {
    values,
    sending,
    attempt,
    dirty,
    fieldId,
    submit,
    problems: Object.entries(fields).map(([name, message]) => ({ fieldId: fieldId(name), message })),
    problemOf: (name) => fields[name] ?? null,
    error: refused?.error ?? null,
    sentence: refused?.error ? text(messageOf(refused.error)) : null,
    set(name, value) {
      const next = { ...typed, [name]: value };
      setTyped(next);
      const unchanged = Object.entries(next).every(([key, now]) => now === (options.initial[key] ?? ''));
      if (unchanged) drafts.drop(options.draftName);
      else drafts.save(options.draftName, next);
    },
    onKeyDown(event) {
      if (event.key !== 'Enter' || !event.ctrlKey) return;
      event.preventDefault();
      void submit();
    },
    discard() {
      drafts.drop(options.draftName);
      setTyped({});
      setRefused(null);
      setAttempt(0);
    },
  };
}

/** The fields that no longer hold what was sent. */
function changedSince(sent: Values, now: Values): Values {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (sent[name] ?? '')));
}

/** The API's field problems by the form's field names. Its sentences are English; other languages point at the field. */
function fieldTexts(error: ApiError, text: Text, apiSpeaksIt: boolean): Record<string, string> {
  return Object.fromEntries(
    error.fields.map(({ path, message }) => [
      path.replace(/^input\./, ''),
      apiSpeaksIt ? message : text('problem.checkField'),
    ]),
  );
}
