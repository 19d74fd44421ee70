/** What one field of a form may hold. */
export interface Field<Value extends string = string> {
  /** The value in what was typed, chosen or kept as a draft; empty where that is none of its choices. */
  read(raw: string): Value;
}

/** The fields of a form by name. */
export type Fields = Readonly<Record<string, Field>>;

/** The values that the fields hold. */
export type ValuesOf<F extends Fields> = { readonly [Name in keyof F]: ReturnType<F[Name]['read']> };

/** Any text. */
export const ANY_TEXT: Field = { read: (raw) => raw };

/** A yes, or nothing. */
export const TICK: Field<'yes' | ''> = { read: (raw) => (raw === 'yes' ? raw : '') };

/** One of these codes, or nothing. */
export function oneOf<Code extends string>(codes: readonly Code[]): Field<Code | ''> {
  return { read: (raw) => codes.find((code) => code === raw) ?? '' };
}

/** The values of the fields, read from what was typed. */
export function readValues<F extends Fields>(fields: F, raw: Readonly<Partial<Record<string, string>>>): ValuesOf<F> {
  const values = Object.entries(fields).map(([name, field]) => [name, field.read(raw[name] ?? '')]);
  // `Object.fromEntries` forgets which name holds which value.
  return Object.fromEntries(values) as ValuesOf<F>;
}

/** A text without blanks around it; undefined when it is empty. */
export function given(text: string): string | undefined {
  return text.trim() || undefined;
}

/** The chosen code; undefined when none is chosen. */
export function picked<Code extends string>(code: Code | ''): Code | undefined {
  return code || undefined;
}

/** The chosen code of a field that must hold one: a form is not sent without. */
export function chosen<Code extends string>(code: Code | ''): Code {
  if (code) return code;
  throw new Error('A field that must be chosen is empty.');
}
